//! From bytes to records: splitter and reading against a whole-document parser.

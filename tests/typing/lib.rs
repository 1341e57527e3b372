//! Nothing. The cases in `pass` and `fail` are what this package is for.

//! What lies in the file: ids, dates, operators' names; of the people it is about, nothing else.

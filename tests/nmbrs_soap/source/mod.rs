//! SOAP as the source of a sync: completeness, parity with REST, the number of calls.

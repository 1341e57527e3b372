//! Every store behind the ports: conformance, processes, SIGKILL, a full disk.

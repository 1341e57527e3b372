//! yourcampus_sandbox

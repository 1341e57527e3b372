//! yourcampus_client

//! faults_while_writing

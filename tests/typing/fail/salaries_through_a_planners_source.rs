//! Salaries are read through a port of their own: what plans cannot be taken for one that reads them.
use sync_core::ports::{EmployeeSource, SalarySource};

fn read_salaries(_: &dyn SalarySource) {}

fn plan_with(source: &dyn EmployeeSource) {
    read_salaries(source);
}

fn main() {
    let _ = plan_with;
}

//! Salaries are read through a port of their own, and the list that asks for them is given it.
use sync_core::ports::{EmployeeSource, SalarySource};

fn read_salaries(_: &dyn SalarySource) {}

fn export_with(_: &dyn EmployeeSource, salaries: &dyn SalarySource) {
    read_salaries(salaries);
}

fn main() {
    let _ = export_with;
}

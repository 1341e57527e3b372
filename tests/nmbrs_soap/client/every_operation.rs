//! Every operation there is, each by its own function.

use nmbrs_client::soap::{EmployeeTypeId, Operation, SoapClient};

use super::stage::{company, debtor, employee};

/// Sends every operation there is, each by its own function. What comes back does not matter.
pub(crate) async fn send_all(client: &SoapClient) -> Vec<Operation> {
    let (company, debtor, employee) = (&company(), &debtor(), &employee());
    let payroll = EmployeeTypeId::new(2);
    let mut sent = Vec::new();
    macro_rules! lists {
        ($($list:expr),+ $(,)?) => {$(
            let list = $list;
            sent.push(list.operation());
            let _ = list.all().await;
        )+};
    }
    lists![
        client.debtors(),
        client.debtor_departments(debtor),
        client.debtor_functions(debtor),
        client.debtor_managers(debtor),
        client.companies(),
        client.companies_of(debtor),
        client.employee_types(),
        client.employees(company, payroll),
        client.employees_of_debtor(debtor, payroll),
        client.personal_info(company),
        client.employments(company),
        client.contracts(company),
        client.current_contract(employee),
        client.contracts_of(employee),
        client.services(employee),
        client.salaries(company),
        client.extra_fields(employee),
        client.extra_fields_with_start_date(employee),
        client.departments(company),
        client.functions(company),
        client.schedules(company),
    ];
    sent.push(Operation::IsOwner);
    let _ = client.is_owner().await;
    sent.push(Operation::CurrentPeriod);
    let _ = client.current_period(company).await;
    sent.push(Operation::CompanyOfEmployee);
    let _ = client.company_of_employee(employee).await;
    sent.push(Operation::Manager);
    let _ = client.manager(employee).await;
    sent
}

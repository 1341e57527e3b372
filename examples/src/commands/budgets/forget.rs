//! stub
use super::Told;
use crate::arguments::MoneyWord;
use crate::commands::Setting;
pub(super) async fn forget(_: Setting<'_>, _: &str, _: &MoneyWord) -> anyhow::Result<Told> {
    anyhow::bail!("x")
}

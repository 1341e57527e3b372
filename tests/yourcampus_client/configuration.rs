//! What the client can be told, and what it refuses to be told.

use yourcampus_client::{
    ACCESS_KEY, BASE_URL, ConfigError, CustomerApiConfig, CustomerApiRead as _, HttpCustomerApi, SECRET_KEY,
};

use crate::stage::{Stage, TOKEN};

#[tokio::test]
async fn named_settings_make_a_working_client() {
    let stage = Stage::without_tokens().await;
    let uri = stage.server.uri();
    let lookup = |name: &str| match name {
        ACCESS_KEY => Some("looked-up".to_owned()),
        SECRET_KEY => Some("also".to_owned()),
        BASE_URL => Some(format!("{uri}/v1/")),
        _ => None,
    };
    let api = HttpCustomerApi::new(CustomerApiConfig::from_lookup(lookup).unwrap()).unwrap();
    api.reader().companies().await.unwrap_err();
    let body = String::from_utf8(stage.requests(TOKEN).await[0].body.clone()).unwrap();
    assert!(body.contains("client_id=looked-up&client_secret=also"), "{body}");
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let config =
        CustomerApiConfig::builder().keys("a", "b").base_url("http://api.yourcampus.co/customer_api/v1");
    assert!(matches!(config.build().unwrap_err(), ConfigError::BaseUrl(_)));
}

#[test]
fn missing_keys_are_refused_before_any_request() {
    let error = CustomerApiConfig::from_lookup(|_| None).unwrap_err();
    assert_eq!(error, ConfigError::MissingAccessKey);
    assert!(error.to_string().contains("ALLEO_ACCESS_KEY"));
}

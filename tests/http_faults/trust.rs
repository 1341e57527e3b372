//! A process that trusts the tests' own certificate authority and no other.
//!
//! Both clients trust what the platform trusts, and offer no way around it. What the platform trusts is said by
//! `SSL_CERT_FILE`, which a process must be born with; so each test here is run again, by itself, in a child.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::act::Certificate;

/// Where the platform's certificates come from; and a sign, when the file has our name, that this is the child.
const TRUSTED: &str = "SSL_CERT_FILE";
const FILE_NAME: &str = "http_faults_authority.pem";

type Authority = CertifiedIssuer<'static, KeyPair>;

static AUTHORITY: LazyLock<Authority> = LazyLock::new(new_authority);
static ACCEPTORS: LazyLock<HashMap<Certificate, TlsAcceptor>> = LazyLock::new(|| {
    use Certificate::{Expired, Good, NotYetValid, OtherAuthority, OtherName, SelfSigned};
    let all = [Good, SelfSigned, OtherAuthority, OtherName, Expired, NotYetValid];
    all.map(|certificate| (certificate, new_acceptor(certificate))).into()
});

/// Runs `test`, which is the body of the test of this name, in a process of its own.
pub(crate) fn in_a_process_that_trusts_us(name: &str, test: impl Future<Output = ()>) {
    let trusted = std::env::var_os(TRUSTED).unwrap_or_default();
    if Path::new(&trusted).ends_with(FILE_NAME) {
        std::fs::write(&trusted, AUTHORITY.pem()).unwrap();
        // One thread, so that the time of the runtime can be passed by hand.
        return tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    }
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("http_faults-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(TRUSTED, folder.join(FILE_NAME))
        // It would add its certificates to ours.
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
}

/// Shows this certificate in every handshake.
pub(crate) fn acceptor(certificate: Certificate) -> TlsAcceptor {
    ACCEPTORS[&certificate].clone()
}

fn new_authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn new_acceptor(certificate: Certificate) -> TlsAcceptor {
    let name = if certificate == Certificate::OtherName { "other.example" } else { "127.0.0.1" };
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    match certificate {
        Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Certificate::NotYetValid => params.not_before = date_time_ymd(2990, 1, 1),
        _ => {}
    }
    let key = KeyPair::generate().unwrap();
    let signed = match certificate {
        Certificate::SelfSigned => params.self_signed(&key),
        Certificate::OtherAuthority => params.signed_by(&key, &new_authority()),
        _ => params.signed_by(&key, &AUTHORITY),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.unwrap().der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

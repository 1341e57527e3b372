//! Any text as a fault: a number or none, and never a panic. With a number put where the vendor puts it, that number.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nmbrs_client::soap::SoapFault;

fuzz_target!(|text: &str| {
    let code = SoapFault::understand(text).code;
    assert!(code.is_none_or(|code| code <= 99_999));
    if !text.contains(['<', '&']) {
        let fault = format!("<s:Fault><faultstring>{text} ---&gt; 1001: x</faultstring></s:Fault>");
        assert_eq!(SoapFault::understand(&fault).code, Some(1001));
    }
});

//! Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, which is what every authenticator app speaks.

use crate::world::World;
use ring::hmac;

/// Milliseconds of one step.
const STEP_MS: i64 = 30_000;
/// Steps before and after now that are accepted: clocks differ, and typing takes time.
const DRIFT: i64 = 1;
/// RFC 4226 §4: at least 128 bits, better 160.
const SECRET_BYTES: usize = 20;

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A fresh secret in base 32 (RFC 4648 §6), without padding.
pub(super) fn fresh(world: &dyn World) -> String {
    let mut bytes = [0; SECRET_BYTES];
    world.random(&mut bytes);
    base32(&bytes)
}

/// The step a code belongs to, if it is one that may be accepted: near now, and later than the last one that was.
pub(super) fn step_of(secret: &str, code: &str, now_ms: i64, last: Option<i64>) -> Option<i64> {
    let key = unbase32(secret)?;
    let now = now_ms.div_euclid(STEP_MS);
    let mut found = None;
    // Every step is compared, and in constant time: how long it takes tells nothing.
    for step in now - DRIFT..=now + DRIFT {
        let same = subtle::ConstantTimeEq::ct_eq(digits(&key, step).as_bytes(), code.as_bytes());
        if bool::from(same) && last.is_none_or(|last| step > last) {
            found = Some(step);
        }
    }
    found
}

/// The code an app shows at this time. The panel never shows one; its tests do.
pub fn code_at(secret: &str, now_ms: i64) -> Option<String> {
    Some(digits(&unbase32(secret)?, now_ms.div_euclid(STEP_MS)))
}

/// RFC 4226 §5.3.
fn digits(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let mac = mac.as_ref();
    let at = mac.last().map_or(0, |last| usize::from(last & 0x0f));
    let word = mac.iter().skip(at).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// What an authenticator app reads from the QR code (Key URI format).
pub(super) fn uri(issuer: &str, email: &str, secret: &str) -> String {
    let quoted = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect::<String>()
    };
    let (issuer, email) = (quoted(issuer), quoted(email));
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}")
}

pub(super) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        held = (held << 5 | u32::try_from(value).ok()?) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn the_rfcs_own_codes() {
        let secret = base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(&secret, seconds * 1000).as_deref(), Some(code));
        }
    }

    #[test]
    fn one_step_of_drift_and_each_code_once() {
        let (secret, now) = (base32(&[7; 20]), 1_790_000_000_000);
        for (drift, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = code_at(&secret, now + drift * STEP_MS).unwrap();
            assert_eq!(step_of(&secret, &code, now, None).is_some(), good, "{drift}");
        }
        let code = code_at(&secret, now).unwrap();
        let step = step_of(&secret, &code, now, None).unwrap();
        assert_eq!(step_of(&secret, &code, now, Some(step)), None);
        assert_eq!(step_of(&secret, &code, now + STEP_MS, Some(step)), None);
        for rubbish in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(step_of(&secret, rubbish, now, None), None);
        }
    }

    #[test]
    fn base_32_goes_both_ways() {
        for (bytes, text) in [(&b"f"[..], "MY"), (b"fo", "MZXQ"), (b"foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes), text);
            assert_eq!(unbase32(text).unwrap(), bytes);
        }
        assert_eq!(unbase32("a!"), None);
    }
}

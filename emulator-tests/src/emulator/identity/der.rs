//! The little of DER that a private key needs.

/// `rsaEncryption` with its empty parameters: the algorithm of a key.
const RSA_ENCRYPTION: [u8; 15] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// An integer from its big-endian bytes, which have no leading zeros.
pub fn integer(bytes: &[u8]) -> Vec<u8> {
    // The highest bit is the sign.
    let is_negative = bytes.first().is_some_and(|first| *first >= 0x80);
    let padding: &[u8] = if is_negative { &[0] } else { &[] };
    element(0x02, &[padding, bytes].concat())
}

/// A sequence of encoded elements.
pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// The PKCS #8 form of an RSA key that is encoded as PKCS #1.
pub fn pkcs8_of_rsa(key: &[u8]) -> Vec<u8> {
    sequence(&[integer(&[0]), RSA_ENCRYPTION.to_vec(), element(0x04, key)])
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut encoded = vec![tag];
    if length < 0x80 {
        encoded.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let digits = &bytes[(length.leading_zeros() / 8) as usize..];
        encoded.push(0x80 | digits.len() as u8);
        encoded.extend_from_slice(digits);
    }
    encoded.extend_from_slice(content);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lengths_and_high_bits_are_encoded_as_der_has_them() {
        assert_eq!(integer(&[0x80]), [0x02, 2, 0, 0x80]);
        assert_eq!(integer(&[0x7F]), [0x02, 1, 0x7F]);
        let long = sequence(&[vec![0; 300]]);
        assert_eq!(long[..4], [0x30, 0x82, 0x01, 0x2C]);
    }
}

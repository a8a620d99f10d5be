//! An RSA key of 2,048 bits: that of the provider's signatures, or that of an application's certificate.
//!
//! ring signs with keys and cannot make them, so the primes are found here. The keys live as long as a
//! test: nobody needs to keep them secret.

use num_bigint::BigUint;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};

use super::der;

/// 65,537, the usual public exponent.
const EXPONENT: u32 = 65_537;
const PRIME_BYTES: usize = 128;
/// Odd numbers that are looked at from a random start. A prime among them is missing once in 10,000
/// starts: one odd number of 355 is prime.
const CANDIDATES: usize = 4_096;
/// Numbers below this are tried as divisors first.
const DIVISORS_BELOW: u32 = 4_000;
/// A composite number passes so many rounds less often than once in 2^100 keys.
const ROUNDS: usize = 8;

/// A private key with its public part.
pub struct RsaKey {
    pair: KeyPair,
    /// n, e, d, p, q, dP, dQ, qInv: the order of PKCS #1.
    numbers: [BigUint; 8],
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RsaKey { **** }")
    }
}

impl RsaKey {
    /// Makes a key. It takes about a tenth of a second.
    pub fn generate() -> Self {
        loop {
            let (one, other) = (prime(), prime());
            if one != other
                && let Some(key) = Self::of(one.clone().max(other.clone()), one.min(other))
            {
                return key;
            }
        }
    }

    /// The key of two primes, the greater one first; `None` if they do not fit each other.
    fn of(first: BigUint, second: BigUint) -> Option<Self> {
        let one = BigUint::from(1_u32);
        let public = BigUint::from(EXPONENT);
        let (first_less, second_less) = (&first - &one, &second - &one);
        let private = public.modinv(&(&first_less * &second_less))?;
        let inverse = second.modinv(&first)?;
        let (first_part, second_part) = (&private % first_less, &private % second_less);
        let numbers = [
            &first * &second,
            public,
            private,
            first,
            second,
            first_part,
            second_part,
            inverse,
        ];
        let bytes = numbers.each_ref().map(BigUint::to_bytes_be);
        let [
            modulus,
            public,
            private,
            first,
            second,
            first_part,
            second_part,
            inverse,
        ] = bytes;
        let pair = KeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents {
                n: modulus,
                e: public,
            },
            d: private,
            p: first,
            q: second,
            dP: first_part,
            dQ: second_part,
            qInv: inverse,
        });
        Some(Self {
            pair: pair.ok()?,
            numbers,
        })
    }

    /// The signature of RS256: RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn sign_rs256(&self, message: &[u8]) -> Vec<u8> {
        self.sign(&RSA_PKCS1_SHA256, message)
    }

    /// The signature of PS256: RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    pub fn sign_ps256(&self, message: &[u8]) -> Vec<u8> {
        self.sign(&RSA_PSS_SHA256, message)
    }

    fn sign(&self, padding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let signed = self
            .pair
            .sign(padding, &SystemRandom::new(), message, &mut signature);
        signed.expect("a key that was accepted signs");
        signature
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> Vec<u8> {
        self.numbers[0].to_bytes_be()
    }

    /// The public exponent, big-endian.
    pub fn exponent(&self) -> Vec<u8> {
        self.numbers[1].to_bytes_be()
    }

    /// The private key as PKCS #8, DER.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        let mut fields = vec![der::integer(&[0])];
        fields.extend(
            self.numbers
                .iter()
                .map(|number| der::integer(&number.to_bytes_be())),
        );
        der::pkcs8_of_rsa(&der::sequence(&fields))
    }
}

/// A random prime of 1,024 bits whose two highest bits are set, so that the product of two has 2,048.
fn prime() -> BigUint {
    let divisors = small_primes();
    loop {
        let mut bytes = [0; PRIME_BYTES];
        SystemRandom::new()
            .fill(&mut bytes)
            .expect("the system has random bytes");
        bytes[0] |= 0xC0;
        bytes[PRIME_BYTES - 1] |= 1;
        let start = BigUint::from_bytes_be(&bytes);
        let mut has_divisor = vec![false; CANDIDATES];
        for divisor in &divisors {
            let rest = (&start % *divisor).iter_u32_digits().next().unwrap_or(0);
            // start + 2 * step is a multiple of the divisor.
            let step = (divisor - rest) % divisor;
            let first = if step.is_multiple_of(2) {
                step / 2
            } else {
                u32::midpoint(step, *divisor)
            };
            has_divisor
                .iter_mut()
                .skip(first as usize)
                .step_by(*divisor as usize)
                .for_each(|one| *one = true);
        }
        let candidates = (0..CANDIDATES).filter(|at| !has_divisor[*at]);
        let candidates = candidates.map(|at| &start + BigUint::from(2 * at));
        if let Some(found) = candidates
            .filter(|candidate| candidate.bits() == 8 * PRIME_BYTES as u64)
            .find(is_prime)
        {
            return found;
        }
    }
}

/// The odd primes that are tried as divisors.
fn small_primes() -> Vec<u32> {
    let mut primes: Vec<u32> = Vec::new();
    for number in (3..DIVISORS_BELOW).step_by(2) {
        let mut below = primes.iter().take_while(|prime| *prime * *prime <= number);
        if below.all(|prime| !number.is_multiple_of(*prime)) {
            primes.push(number);
        }
    }
    primes
}

/// The test of Miller and Rabin, for odd numbers. A number of which the exponent's prime divides the
/// predecessor is refused as well: it makes no key.
fn is_prime(number: &BigUint) -> bool {
    let one = BigUint::from(1_u32);
    let less = number - &one;
    let twos = less.trailing_zeros().unwrap_or(0);
    let odd = &less >> twos;
    let is_witness = |base: &BigUint| {
        let mut power = base.modpow(&odd, number);
        if power == one || power == less {
            return false;
        }
        for _ in 1..twos {
            power = &power * &power % number;
            if power == less {
                return false;
            }
        }
        true
    };
    if is_witness(&BigUint::from(2_u32)) {
        return false;
    }
    let mut bytes = [0; PRIME_BYTES - 1];
    for _ in 1..ROUNDS {
        SystemRandom::new()
            .fill(&mut bytes)
            .expect("the system has random bytes");
        if is_witness(&(BigUint::from_bytes_be(&bytes) + BigUint::from(2_u32))) {
            return false;
        }
    }
    less % EXPONENT != BigUint::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_primes_are_found_and_composite_numbers_are_not() {
        // 2^521 - 1 is prime, 2^523 - 1 is not; 561 is a Carmichael number.
        let mersenne = |bits: u32| (BigUint::from(1_u32) << bits) - BigUint::from(1_u32);
        assert!(is_prime(&mersenne(521)));
        assert!(!is_prime(&mersenne(523)));
        assert!(!is_prime(&BigUint::from(561_u32)));
        assert_eq!(&small_primes()[..6], [3, 5, 7, 11, 13, 17]);
    }

    #[test]
    fn a_key_signs_what_its_public_part_verifies() {
        use ring::signature::{
            RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
        };
        let key = RsaKey::generate();
        let public = RsaPublicKeyComponents {
            n: key.modulus(),
            e: key.exponent(),
        };
        assert_eq!(key.modulus().len(), 256);
        let verifies = |signature: &[u8], message: &[u8]| {
            public
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok()
        };
        assert!(verifies(&key.sign_rs256(b"text"), b"text"));
        assert!(!verifies(&key.sign_rs256(b"text"), b"other"));
        let padded = public.verify(&RSA_PSS_2048_8192_SHA256, b"text", &key.sign_ps256(b"text"));
        assert!(padded.is_ok());
        // ring reads the encoded form as the same key.
        let read = KeyPair::from_pkcs8(&key.to_pkcs8()).unwrap();
        let modulus: Vec<u8> = PublicKeyComponents::<Vec<u8>>::from(read.public()).n;
        assert_eq!(modulus, key.modulus());
    }
}

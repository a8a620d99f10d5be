//! The units that patterns are compared by: the characters of a name.

/// One unit of a name: a character, or a byte that is not part of one.
pub(super) type Unit = u32;

/// Bytes that are not part of a character come after all characters.
const NO_CHARACTER: Unit = 0x11_0000;

/// A name as units. A byte that is not part of a character is equal to itself only.
pub(super) fn units(name: &[u8], ignore_case: bool) -> Vec<Unit> {
    let mut units = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        if ignore_case {
            units.extend(chunk.valid().chars().map(fold));
        } else {
            units.extend(chunk.valid().chars().map(Unit::from));
        }
        units.extend(
            chunk
                .invalid()
                .iter()
                .map(|&byte| NO_CHARACTER + Unit::from(byte)),
        );
    }
    units
}

/// The lower case of a character, if that is one character: folding never changes a name's length.
pub(super) fn fold(letter: char) -> Unit {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => Unit::from(single),
        _ => Unit::from(letter),
    }
}

/// The upper case of a unit, if that is one character.
pub(super) fn upper(unit: Unit) -> Unit {
    let Some(letter) = char::from_u32(unit) else {
        return unit;
    };
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => Unit::from(single),
        _ => unit,
    }
}

/// The bytes of a unit, after the others.
pub(super) fn push_bytes(unit: Unit, bytes: &mut Vec<u8>) {
    match char::from_u32(unit) {
        Some(letter) => bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        // It is below 0x100 by construction.
        None => bytes.push((unit - NO_CHARACTER) as u8),
    }
}

/// A name in lower case, as [`fold`] has it.
pub(super) fn folded(name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    for unit in units(name, true) {
        push_bytes(unit, &mut bytes);
    }
    bytes
}

//! Encodes QR codes and Code 128 as dark and light modules.

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use super::SheetError;
use super::page::{Symbol, SymbolKind};

/// Switches `barcoders` to subset C, with two digits in a symbol character.
const SUBSET_C: char = '\u{0106}';

/// The modules of a code, row by row.
pub(super) struct Modules {
    pub(super) columns: usize,
    pub(super) rows: usize,
    dark: Zeroizing<Vec<bool>>,
}

/// Encodes a symbol, without the quiet zone.
pub(super) fn modules(symbol: &Symbol) -> Result<Modules, SheetError> {
    match symbol.kind {
        // Level Q reads with a quarter of the code missing: paper wears, and scanners are cheap.
        SymbolKind::Qr => encode_qr(&symbol.payload, EcLevel::Q),
        SymbolKind::SmallQr => encode_qr(&symbol.payload, EcLevel::M),
        SymbolKind::Code128 => encode_code_128(&symbol.payload),
    }
}

fn encode_qr(payload: &str, level: EcLevel) -> Result<Modules, SheetError> {
    let code = QrCode::with_error_correction_level(payload, level).map_err(|_| SheetError::Symbol)?;
    let side = code.width();
    let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok(Modules { columns: side, rows: side, dark: Zeroizing::new(dark) })
}

fn encode_code_128(payload: &str) -> Result<Modules, SheetError> {
    let mut text = Zeroizing::new(String::with_capacity(payload.len() + SUBSET_C.len_utf8()));
    text.push(SUBSET_C);
    text.push_str(payload);
    let code = Code128::new(text.as_str()).map_err(|_| SheetError::Symbol)?;
    let dark: Vec<bool> = code.encode().into_iter().map(|bar| bar == 1).collect();
    Ok(Modules { columns: dark.len(), rows: 1, dark: Zeroizing::new(dark) })
}

impl Modules {
    fn is_dark(&self, column: usize, row: usize) -> bool {
        self.dark.get(row * self.columns + column).copied().unwrap_or_default()
    }

    /// The runs of dark modules in each row: column, row, length.
    pub(super) fn strips(&self) -> Vec<(usize, usize, usize)> {
        let mut strips = Vec::new();
        for row in 0..self.rows {
            let mut column = 0;
            while column < self.columns {
                let length = (column..self.columns).take_while(|at| self.is_dark(*at, row)).count();
                if length > 0 {
                    strips.push((column, row, length));
                }
                column += length.max(1);
            }
        }
        strips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(kind: SymbolKind, payload: &str) -> Symbol {
        Symbol { kind, payload: Zeroizing::new(payload.to_owned()), caption: String::new(), shown: None }
    }

    const DIGITS: &str = "471207278498422125177177561902537405468006693451";

    #[test]
    fn forty_eight_digits_need_the_planned_room() {
        assert_eq!(modules(&symbol(SymbolKind::Qr, DIGITS)).unwrap().columns, 25);
        let bars = modules(&symbol(SymbolKind::Code128, DIGITS)).unwrap();
        // Start, 24 pairs of digits, check, stop and its final bar: subset C throughout.
        assert_eq!((bars.columns, bars.rows), (27 * 11 + 2, 1));
        let dark: usize = bars.strips().iter().map(|(_, _, length)| length).sum();
        assert_eq!(dark, bars.dark.iter().filter(|dark| **dark).count());
    }

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(modules(&symbol(SymbolKind::Qr, &"x".repeat(4000))).err(), Some(SheetError::Symbol));
        assert_eq!(modules(&symbol(SymbolKind::Code128, "x")).err(), Some(SheetError::Symbol));
    }
}

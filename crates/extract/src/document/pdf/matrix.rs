//! Places on a page and how they move. Plain arithmetic.

use crate::document::pdf::object::Object;

/// Six numbers: two directions and a place.
#[derive(Clone, Copy)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// From the operands of a command.
    pub(super) fn of(operands: &[Object<'_>]) -> Option<Self> {
        let numbers: Vec<f64> = operands.iter().map_while(Object::number).collect();
        numbers.first_chunk().copied().map(Self)
    }

    #[expect(clippy::many_single_char_names, reason = "the letters of the format's own description")]
    /// This one, then another.
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, next.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }
}

//! Places on a page and how they move. Plain arithmetic.

/// Six numbers: two directions and a place.
#[derive(Clone, Copy)]
pub(crate) struct Matrix(pub(crate) [f64; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// From numbers in a text, as XPS writes them; `None` where there are not six.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse::<f64>);
        let mut next = || numbers.next()?.ok().filter(|number| number.is_finite());
        Some(Self([next()?, next()?, next()?, next()?, next()?, next()?]))
    }

    #[expect(clippy::many_single_char_names, reason = "the letters of the format's own description")]
    /// This one, then another.
    pub(crate) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, next.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }
}

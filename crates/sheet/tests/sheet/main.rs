//! Printed pages: measured, drawn, printed, scanned and read back.

mod paper;
mod sheet_house;

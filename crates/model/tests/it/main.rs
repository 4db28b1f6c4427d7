//! The words of the register: what is read is what is written, what cannot be is refused, nothing personal prints.

mod personal;
mod text;
mod time;

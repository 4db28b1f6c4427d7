//! SQL texts as named constants: one text for both databases wherever possible, two beside each other where not.

/// One SQL statement with its name. Declare them with [`statements!`](crate::statements).
///
/// Parameters are `$1`, `$2`, … on both databases. What both understand: `ON CONFLICT … DO`, `RETURNING`, common table
/// expressions, window functions, `IS NOT DISTINCT FROM`. A parameter whose type PostgreSQL cannot infer (`$1 IS NULL OR …`)
/// needs `CAST($1 AS BIGINT)`, `CAST($1 AS TEXT)` or two texts. `SUM` of integers needs `CAST(SUM(…) AS BIGINT)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Module path and name; what errors show instead of the text.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// Declares statements, and `ALL`, the list by which a test prepares every one of them on both databases.
///
/// ```
/// mod account {
///     tenantry_store::statements! {
///         pub FIND = "SELECT opened_at FROM account WHERE id = $1";
///         /// Takes the oldest waiting job.
///         pub CLAIM = {
///             sqlite: "SELECT id FROM job ORDER BY id LIMIT 1",
///             postgres: "SELECT id FROM job ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
///         };
///     }
/// }
/// assert!(account::FIND.name.ends_with("account::FIND"));
/// assert_eq!(account::FIND.sqlite, account::FIND.postgres);
/// assert_eq!(account::ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $vis:vis $name:ident = $text:tt;)+) => {
        $(
            #[doc = concat!("The statement `", stringify!($name), "`.")]
            ///
            $(#[$meta])*
            $vis static $name: $crate::Statement = $crate::statement_texts!($name, $text);
        )+
        /// Every statement of this module, for the test that prepares them on both databases.
        pub const ALL: &[&$crate::Statement] = &[$(&$name),+];
    };
}

/// The inner step of [`statements!`](crate::statements): one text, or one per database.
#[doc(hidden)]
#[macro_export]
macro_rules! statement_texts {
    ($name:ident, { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $crate::Statement {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $sqlite,
            postgres: $postgres,
        }
    };
    ($name:ident, $both:expr) => {
        $crate::statement_texts!($name, { sqlite: $both, postgres: $both })
    };
}

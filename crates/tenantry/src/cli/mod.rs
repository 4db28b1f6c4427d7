//! The command line: what can be typed, and the help that explains it.
//!
//! Nothing is done here; [`crate::commands`] does it.

pub mod exit;
pub mod output;
mod screening;
mod signals;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;
use tenantry_lists::Part;
use tenantry_model::account::Capability;
use tenantry_model::hold::HoldKind;
use tenantry_model::id::{AccountId, ApiKeyId, ApprovalId, HoldId, OrderId};
use tenantry_model::staff::{Role, Scope};
use tenantry_model::time::Date;

pub use screening::{Algorithm, Compare, PairsIn, Screen, Threshold};
pub use signals::SignalFiles;

/// The register of who holds what in a cloud: who is behind an account, what they may do, and a record nobody can change.
#[derive(Debug, Parser)]
#[command(name = "tenantry", version, propagate_version = true, max_term_width = 100, after_help = exit::HELP)]
pub struct Cli {
    /// Configuration file [default: ./tenantry.toml when it exists]
    #[arg(long, global = true, value_name = "FILE", env = "TENANTRY_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,

    /// Answer with one JSON object on standard output
    #[arg(long, global = true)]
    pub json: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it: a whole provider with 5,000 invented accounts and a guided story
    #[command(
        after_long_help = "Examples:\n  tenantry demo\n  tenantry demo --listen 127.0.0.1:9000 --folder ./demo\n  tenantry demo --listen 127.0.0.1:0 --json | head -1\n\nThe first line on standard output holds the address and a log-in link that works once. With --json it is one\nobject with `address`, `login_link` and `api_key`. Without --folder everything is gone when the command ends.\nPeople and companies are invented; listed parties come from the OFAC list of 28 December 2023, which is built in."
    )]
    Demo(Demo),

    /// Start API, gate and console
    #[command(
        after_long_help = "Examples:\n  tenantry serve\n  tenantry serve --config /etc/tenantry.toml --listen 0.0.0.0:8080\n\nStops on SIGTERM or Ctrl-C after requests in flight are answered."
    )]
    Serve(Serve),

    /// Set a deployment up: folder, keys, schema, first administrator
    #[command(
        after_long_help = "Examples:\n  tenantry config example > tenantry.toml     then edit it\n  tenantry init --admin ada@example.org --name \"Ada Example\" --origin ledger.example.org/tenantry\n\nPrints a log-in link that works once. Refuses a store that was set up already."
    )]
    Init(Init),

    /// Bring the store to this version's schema
    #[command(
        after_long_help = "Examples:\n  tenantry migrate --check     says whether something is to be done\n  tenantry migrate\n\nBack up first: migrations only move forward."
    )]
    Migrate(Migrate),

    /// Watchlists: import, show, compare
    #[command(subcommand)]
    Lists(Lists),

    /// Screen queries against lists from files: one line of results for each
    #[command(after_long_help = screening::SCREEN_HELP)]
    Screen(Screen),

    /// Compare pairs of names or entities from a file: the same rows with their score
    #[command(after_long_help = screening::COMPARE_HELP)]
    Compare(Compare),

    /// Submit an application from a file and print the decision with its reasons
    #[command(
        after_long_help = "Examples:\n  tenantry apply application.json\n  cat application.json | tenantry apply -\n\nThe file is the body of POST /v1/applications. Exit code 1 means refused, 3 that a person must decide first."
    )]
    Apply(Apply),

    /// Ask the gate whether an account may do something now
    #[command(
        after_long_help = "Examples:\n  tenantry gate acc-000123 --action provision\n  tenantry gate acc-000123 --action gpu && echo go\n\nExit code 0 means yes, 3 yes within restrictions, 1 no. An account that is unknown is denied."
    )]
    Gate(Gate),

    /// Legal process: receive, show
    #[command(subcommand)]
    Orders(Orders),

    /// Holds: what must not be erased
    #[command(subcommand)]
    Hold(Hold),

    /// Erasures: what is due, what is scheduled, carry out what was approved
    #[command(subcommand)]
    Erase(Erase),

    /// Copy the database into a new file while work goes on
    #[command(
        after_long_help = "Example:\n  tenantry backup /backup/tenantry-2026-11-29.db\n\nThe copy holds ciphertext and wrapped keys: it opens only with the root key, which is backed up apart. Delete copies\nafter 30 days: they are what an erasure cannot reach. PostgreSQL is backed up with pg_dump or a base backup."
    )]
    Backup(Backup),

    /// Put a copy in the place of the database, and erase again what was erased since
    #[command(
        after_long_help = "Example:\n  tenantry restore /backup/tenantry-2026-11-29.db --journal /backup/erasures.journal\n\nStop `tenantry serve` first. The database that is there is kept beside the new one. What the erasure journal names is\nerased before anything is served; without --journal the one in the data folder is taken, and there must be one."
    )]
    Restore(Restore),

    /// Keys above the records: change the root, change the key of a month
    #[command(subcommand)]
    Keys(Keys),

    /// The ledger: check everything
    #[command(subcommand)]
    Ledger(Ledger),

    /// Evidence packages: build
    #[command(subcommand)]
    Evidence(Evidence),

    /// Check an evidence package, offline, trusting nobody here
    #[command(
        after_long_help = "Examples:\n  tenantry verify package.zip\n  tenantry verify package.zip --policy trusted-keys.txt --receipt package.zip.receipt.json\n  tenantry verify package.zip.age --identity my-key.txt\n\nAlso checks the receipt of a single record. Needs no configuration, no store and no network. Without --policy the key inside the package is used, and the\nreport says that nobody vouches for it. Exit code 0 means VALID, 1 INVALID, 2 INCOMPLETE."
    )]
    Verify(Verify),

    /// Witness other ledgers: cosign their checkpoints as long as they only grow
    #[command(
        after_long_help = "Example:\n  curl https://register.example.com/ledger/policy > logs.txt\n  tenantry witness --name witness.example.org/w1 --folder ./witness --logs logs.txt --listen 0.0.0.0:8081\n\nA C2SP tlog-witness. Run it where the operator of the ledger has no say. Keys are made in the folder on the first start and\nprinted; the folder also remembers the newest checkpoint of each log, so keep it. Needs no configuration."
    )]
    Witness(WitnessCommand),

    /// Sign the ledger's checkpoints in a process of its own
    #[command(
        after_long_help = "Example:\n  tenantry signer --socket /run/tenantry/signer.sock\n\nThen set ledger.signer_socket for `tenantry serve`. Remembers what it signed in ledger.lock and refuses everything that does\nnot extend it: keep that file out of the database's backups."
    )]
    Signer(Signer),

    /// Configuration: check, print an example
    #[command(subcommand)]
    Config(Config),

    /// People and keys
    #[command(subcommand)]
    Admin(Admin),

    /// Print the OpenAPI 3.1 document of the HTTP API
    #[command(after_long_help = "Example:\n  tenantry openapi > openapi.json")]
    Openapi,

    /// Print completions for a shell
    #[command(after_long_help = "Example:\n  tenantry completions bash > /etc/bash_completion.d/tenantry")]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// `tenantry demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep everything in this folder; a demo that is there already is continued
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Accounts to generate
    #[arg(long, value_name = "NUMBER", default_value_t = 5_000)]
    pub accounts: usize,
    /// From which everything is generated: the same seed gives the same people
    #[arg(long, value_name = "NUMBER", default_value_t = 13_984)]
    pub seed: u64,
}

/// `tenantry serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on, instead of the configured one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

/// `tenantry init`.
#[derive(Debug, Args)]
pub struct Init {
    /// What the first administrator logs in with, for example an e-mail address
    #[arg(long, value_name = "LOGIN")]
    pub admin: String,
    /// Their name, as shown to colleagues
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Name of the ledger, which no other ledger in the world has: a host name of yours and a path
    #[arg(long, value_name = "NAME")]
    pub origin: String,
}

/// `tenantry migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Change nothing; exit with 0 when the schema is this version's, else with 1
    #[arg(long)]
    pub check: bool,
}

/// `tenantry lists …`.
#[derive(Debug, Subcommand)]
pub enum Lists {
    /// Import a list from its publisher's files and screen against it from now on
    #[command(
        after_long_help = "Examples:\n  tenantry lists import sdn.csv add.csv alt.csv sdn_comments.csv --published-on 2026-11-20\n  tenantry lists import consolidated.csv\n  tenantry lists import ours.csv --mapping ours.toml\n  tenantry lists import entities.delta.json --code os-sanctions\n\nThe format is recognised. A FollowTheMoney delta is applied to the version in force of the list named by --code. A file that is cut off, or that lost many of its entries, aliases, identifiers or addresses, is refused and the old list stays."
    )]
    Import(ListFiles),
    /// Import a list of networks that hide their user, or of throw-away e-mail services
    #[command(after_long_help = signals::HELP)]
    ImportSignals(SignalFiles),
    /// Download lists from their publishers into a folder, and bring them into force with --import
    #[command(
        after_long_help = "Examples:\n  tenantry lists fetch --folder lists\n  tenantry lists fetch ofac-sdn un-sc --folder lists --import\n  tenantry lists fetch --url https://lists.example.org/entities.ftm.json --list os-sanctions\n  tenantry lists fetch --url 'https://lists.example.org/content?token={token}' --list eu-fsf --token-file eu.token\n\nAsks only for what is newer than what is there, and replaces it only by a whole, sound list: a file that is cut off,\nmalformed or suddenly much smaller is refused and what was there stays. Codes: ofac-sdn, ofac-cons, us-csl, un-sc, uk-sl.\nExit code 1 means that a list was refused, 4 that one could not be had."
    )]
    Fetch(Fetch),
    /// Pack a list into one file that opens fast, without bringing it into force
    #[command(
        after_long_help = "Example:\n  tenantry lists pack sdn.csv add.csv alt.csv sdn_comments.csv -o ofac.snapshot\n  tenantry screen --list ofac.snapshot < queries.jsonl\n\nNeeds no configuration and no store. A file that is cut off is refused."
    )]
    Pack {
        /// What to pack
        #[command(flatten)]
        list: ListFiles,
        /// File to write; it must not exist
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Show the lists in force and their age
    List,
    /// Compare two versions of a list
    #[command(
        after_long_help = "Example:\n  tenantry lists diff old/consolidated.xml new/consolidated.xml\n\nEach side is one file, also a packed one. Exit code 1 means they differ."
    )]
    Diff {
        /// The older version
        old: PathBuf,
        /// The newer version
        new: PathBuf,
    },
}

/// `tenantry lists fetch`.
#[derive(Debug, Args)]
pub struct Fetch {
    /// Codes of the lists; all that can be fetched when none is named
    #[arg(value_name = "LIST")]
    pub lists: Vec<String>,
    /// Folder that holds a folder for each list
    #[arg(long, value_name = "FOLDER", default_value = "lists")]
    pub folder: PathBuf,
    /// Take the files from below this address instead of from their publishers
    #[arg(long, value_name = "URL")]
    pub mirror: Option<String>,
    /// Take a list of one file from this address instead; `{token}` in it stands for what is in --token-file
    #[arg(long, value_name = "URL", requires = "list", conflicts_with_all = ["lists", "mirror"])]
    pub url: Option<String>,
    /// Code of the list at --url
    #[arg(long, value_name = "CODE", requires = "url")]
    pub list: Option<String>,
    /// File with the token of an address that is personal
    #[arg(long, value_name = "FILE", requires = "url")]
    pub token_file: Option<PathBuf>,
    /// Import what is new, and confirm what is not
    #[arg(long)]
    pub import: bool,
    /// Take a new version although it lost this: names, aliases, identifiers, addresses, birth-dates, countries, ties, or entries
    /// (known under other identifiers); repeat for several
    #[arg(long, value_name = "PART")]
    pub without: Vec<Part>,
}

/// Files of one version of a list.
#[derive(Debug, Args)]
pub struct ListFiles {
    /// The publisher's files; several for the lists that OFAC publishes as a set
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Date of publication, where the files do not say it
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub published_on: Option<Date>,
    /// Code of the list, for formats that carry none
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// What the columns of a CSV file of your own are: a TOML file
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    pub mapping: Option<PathBuf>,
    /// Take the list although it lacks or lost this: aliases (the file `alt`), addresses (the file `add`), names, identifiers,
    /// birth-dates, countries, ties, or entries (known under other identifiers); repeat for several
    #[arg(long, value_name = "PART")]
    pub without: Vec<Part>,
}

/// `tenantry apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// JSON file with the application, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `tenantry gate`.
#[derive(Debug, Args)]
pub struct Gate {
    /// Identifier (acc_…) or your own reference of the account
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// What it wants to do: provision, scale, gpu, ip_address, mail, egress, access, resell
    #[arg(long, value_name = "ACTION")]
    pub action: Capability,
}

/// `tenantry orders …`.
#[derive(Debug, Subcommand)]
pub enum Orders {
    /// Record an order from a file, start its clock and open its case
    #[command(
        after_long_help = "Examples:\n  tenantry orders receive order.json\n  echo '{\"kind\":\"preservation_request\",\"authority\":\"Example County Prosecutor\",\"reference\":\"EX-1\",\"accounts\":[\"acc-000123\"]}' | tenantry orders receive -\n\nThe file is the body of POST /v1/orders. Kinds: preservation_request, subpoena, court_order, warrant,\neuropean_production_order, european_preservation_order, emergency_request, regulator_request. Handing anything over\ntakes two people, in the console."
    )]
    Receive {
        /// JSON file with the order, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show the orders and when they are due
    List,
    /// Show one order
    Show {
        /// Identifier of the order (ord_…)
        #[arg(value_name = "ORDER")]
        id: OrderId,
    },
}

/// `tenantry keys …`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make the root key of another configuration and wrap every key below the root under it
    #[command(
        after_long_help = "Example:\n  tenantry keys rotate-root --approval apr_… --to new.toml\n\nTwo people approve in the console first (Staff and keys). The other file is a whole configuration with another\n[root_key]: another file and unlock_file, or a hardware module. Stop `tenantry serve` before, start it with the other file\nafterwards, then destroy the old root key. Old backups still need it."
    )]
    RotateRoot {
        /// The approved request (apr_…)
        #[arg(long, value_name = "APPROVAL")]
        approval: ApprovalId,
        /// Configuration whose root key is made and used from now on
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Give the key of a month and class a successor and overwrite it
    #[command(
        after_long_help = "Example:\n  tenantry keys rotate-epoch --approval apr_… --month 2026-11 --class 1\n\nTwo people approve in the console first (Staff and keys). Class 1 is personal data, 2 decision evidence."
    )]
    RotateEpoch {
        /// The approved request (apr_…)
        #[arg(long, value_name = "APPROVAL")]
        approval: ApprovalId,
        /// Month in which the subject keys were made
        #[arg(long, value_name = "YYYY-MM")]
        month: String,
        /// Retention class
        #[arg(long, value_name = "CLASS")]
        class: u8,
    },
}

/// `tenantry ledger …`.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Read everything again and check it, from the leaves up: tree, chains, bodies, keys, sealed rows, the file
    #[command(
        after_long_help = "Examples:\n  tenantry ledger fsck\n  tenantry ledger fsck --json | jq .findings\n\nMay run beside `tenantry serve`. Exit code 0 means sound, 1 that something is not as it was written, 4 that it could\nnot be read. Memory does not grow with the ledger."
    )]
    Fsck,
    /// Begin the signer's memory anew on another machine, or when the file is lost; two people agree to it here
    #[command(
        after_long_help = "Example:\n  tenantry ledger remember --size 48213 --reason \"new machine, change 12\"\n\nThe way out when `tenantry serve` refuses to start because the signer's memory (ledger.lock, `checkpoint.lock` in the data\nfolder) is missing. Without the memory an older copy of the database cannot be told from the newest, so compare before: the\nsize is that of the newest checkpoint that witnesses, packages or a copy of /ledger/checkpoint know. Every witness is asked.\nTwo people give log-in, password and one-time code, one after the other: the first asks, the second approves exactly this\nsize and root; both need roles that may do so for keys. That they did is a record. Nothing is signed; a memory that is there\nis never replaced."
    )]
    Remember {
        /// Leaves of the newest signed checkpoint of this database, as a sign that you have compared it
        #[arg(long, value_name = "LEAVES")]
        size: u64,
        /// Why; both give this reason
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Go on under a new name when records that were signed are lost for good; two people agree to it here
    #[command(
        after_long_help = "Example:\n  tenantry ledger new-origin ledger.example.org/2 --reason \"disk and replica lost, see incident 7\" --statement continuation.note\n\nThe way out when `tenantry serve` refuses to start because the tree is smaller than, or another than, what was signed, and\nno newer copy exists. Stop the server before. Two people give log-in, password and one-time code, one after the other: the\nfirst asks, the second approves exactly which signed tree is given up; both need roles that may do so for keys. Nothing is\nrewritten: the ledger ends under its old name and goes on under the new one, with keys of its own. The statement is signed\nwith the old key and the new one; give it to everybody who holds an old checkpoint. The signer's memory is kept aside."
    )]
    NewOrigin {
        /// The new name; no other ledger has it
        #[arg(value_name = "ORIGIN")]
        origin: String,
        /// Why, in a sentence; part of the record
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Where the signed statement is written; the file must not exist
        #[arg(long, value_name = "FILE")]
        statement: PathBuf,
    },
}

/// `tenantry hold …`.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// Place a hold on accounts; nothing it covers is erased from now on
    #[command(
        after_long_help = "Example:\n  tenantry hold place acc-000123 --kind litigation --authority \"General Counsel\" --reference \"matter 12\"\n\nKinds: preservation_request (90 days, renewable once), european_preservation (60 days, 30 more), legal_process,\nlitigation, internal (until released). Releasing a hold needs two people, in the console."
    )]
    Place {
        /// Identifiers (acc_…) or your own references of accounts
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<String>,
        /// Why
        #[arg(long, value_name = "KIND")]
        kind: HoldKind,
        /// Who asks for it: an office, not a person
        #[arg(long, value_name = "TEXT")]
        authority: String,
        /// Their reference
        #[arg(long, value_name = "TEXT")]
        reference: String,
        /// The person concerned may learn of it
        #[arg(long)]
        open: bool,
        /// Keep only records of this type, by the number their leaves carry (may be repeated)
        #[arg(long = "record-type", value_name = "NUMBER")]
        record_types: Vec<u16>,
    },
    /// Renew a hold whose kind is renewed once
    Renew {
        /// The hold (hld_…)
        #[arg(value_name = "HOLD")]
        id: HoldId,
    },
    /// List holds, newest first
    List,
}

/// `tenantry erase …`.
#[derive(Debug, Subcommand)]
pub enum Erase {
    /// Show what is due, and the holds that keep it
    Due,
    /// Put what is due into batches that people can approve in the console
    #[command(
        after_long_help = "`tenantry serve` does this once a day. A batch waits 7 days, is asked for by one person and approved by another,\nand is then carried out by `tenantry serve` within the hour, or by `tenantry erase run`."
    )]
    Schedule,
    /// Carry out what two people approved and whose days of grace are over
    Run,
    /// List batches, newest first
    List,
}

/// `tenantry backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// File to write; it must not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `tenantry restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The copy
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The newest erasure journal there is, when it is not the one in the data folder
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// There is no journal because nothing was ever erased here
    #[arg(long, conflicts_with = "journal")]
    pub nothing_was_erased: bool,
}

/// `tenantry evidence …`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Build a package about an account, without personal data, that anybody can verify
    #[command(
        after_long_help = "Example:\n  tenantry evidence build acc-000123 -o package.zip && tenantry verify package.zip\n  tenantry evidence build acc-000123 -o package.zip.age --recipient age1…\n\nThe receipt, proof that the ledger recorded exactly this package, is written beside it as FILE.receipt.json."
    )]
    Build {
        /// Identifier (acc_…) or your own reference of the account
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// File to write; it must not exist
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Reference of the request it answers; part of the package, so it names no person
        #[arg(long, value_name = "TEXT", default_value = "made by the operator")]
        purpose: String,
        /// Public key (age1…) of the recipient: the package is written encrypted, for nobody else to read
        #[arg(long, value_name = "KEY")]
        recipient: Option<String>,
    },
}

/// `tenantry verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The package
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Keys you trust, as a C2SP tlog-policy file, obtained from somewhere else than the package
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The receipt that came beside the package: proof that the ledger recorded exactly this file
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Your age identity (AGE-SECRET-KEY-1…), when the package is encrypted to you; nothing decrypted is written
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `tenantry witness`.
#[derive(Debug, Args)]
pub struct WitnessCommand {
    /// Name of the witness, part of its keys: a host name of yours and a path
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Where its keys and its memory are kept
    #[arg(long, value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The logs to watch: a C2SP tlog-policy file with `log` lines
    #[arg(long, value_name = "FILE")]
    pub logs: PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
}

/// `tenantry signer`.
#[derive(Debug, Args)]
pub struct Signer {
    /// Unix socket to answer at
    #[arg(long, value_name = "PATH")]
    pub socket: PathBuf,
    /// File that remembers what was signed, instead of the configured one
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// `tenantry config …`.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Report every problem with its line, or show what applies
    #[command(
        after_long_help = "Example:\n  tenantry config check --config /etc/tenantry.toml\n\nReads file and environment, opens nothing. Secrets are not shown. Exit code 2 means there are problems."
    )]
    Check,
    /// Print an example file with every setting
    #[command(after_long_help = "Example:\n  tenantry config example > tenantry.toml")]
    Example,
}

/// `tenantry admin …`.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Add a member of staff and print their first log-in link
    #[command(
        after_long_help = "Example:\n  tenantry admin add-staff --login ben@example.org --name \"Ben Example\" --role compliance_officer\n\nRoles: administrator, operator, reviewer, compliance_officer, legal, auditor. Measures and disclosures need two people."
    )]
    AddStaff {
        /// What they log in with
        #[arg(long, value_name = "LOGIN")]
        login: String,
        /// Name to show
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Their role
        #[arg(long, value_name = "ROLE")]
        role: Role,
    },
    /// Print a log-in link that works once, for somebody who has no password yet or forgot it
    Link {
        /// What they log in with
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// List staff
    Staff,
    /// Make an API key; its secret is shown once
    #[command(
        after_long_help = "Example:\n  tenantry admin add-key --label \"sign-up page\" --scope applications --scope gate\n\nScopes: applications, read, facts, gate, events, lists, matching, evidence, webhooks, orders, holds."
    )]
    AddKey {
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// What it may do; repeat for several
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Account of the reseller to whose customers it is confined
        #[arg(long, value_name = "ACCOUNT")]
        reseller: Option<AccountId>,
    },
    /// List API keys, without secrets
    Keys,
    /// Revoke an API key
    RevokeKey {
        /// Identifier of the key (key_…)
        #[arg(value_name = "KEY")]
        id: ApiKeyId,
    },
}

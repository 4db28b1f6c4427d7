//! Instants and dates: days that exist, whole or in part.

use proptest::prelude::*;
use tenantry_model::time::{DAY_US, Date, PartialDate, Timestamp};

#[test]
fn days_that_do_not_exist_are_refused() {
    for good in ["2026-02-28", "2028-02-29", "0001-01-01", "9999-12-31"] {
        assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
    }
    for bad in [
        "2026-02-29",
        "2026-02-30",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "0000-01-01",
        "2026-1-1",
        "26-01-01",
        "2026-01",
        "2026-01-01T00:00:00Z",
        " 2026-01-01",
        "-026-01-01",
        "+026-01-01",
        "２０２６-01-01",
        "1900-02-29",
        "2026-01-01-01",
        "",
    ] {
        assert!(bad.parse::<Date>().is_err(), "{bad}");
    }
    let refused = "2026-02-30".parse::<Date>().unwrap_err().to_string();
    assert_eq!(refused, "`2026-02-30` is not a calendar date; write YYYY-MM-DD");
    assert!(Date::new(0, 1, 1).is_err() && Date::new(2026, 2, 29).is_err());
}

#[test]
fn dates_of_birth_may_be_known_in_part() {
    for good in ["1974", "1974-08", "1974-08-12"] {
        assert_eq!(good.parse::<PartialDate>().unwrap().to_string(), good);
    }
    for bad in ["", "74", "1974-", "1974-13", "1974-02-30", "1974--12", "0000", "1974-08-12-01", "19740812"] {
        assert!(bad.parse::<PartialDate>().is_err(), "{bad}");
    }
    assert!(PartialDate::new(1974, None, Some(1)).is_err());
    assert_eq!("1974".parse::<PartialDate>().unwrap().earliest(), "1974-01-01".parse().unwrap());
}

#[test]
fn instants_have_a_zone_and_stay_in_range() {
    let noon: Timestamp = "2026-11-23T13:00:00+01:00".parse().unwrap();
    assert_eq!(noon.to_string(), "2026-11-23T12:00:00Z");
    for bad in
        ["2026-11-23T13:00:00", "2026-11-23", "now", "2026-02-30T00:00:00Z", "2026-11-23T25:00:00Z", ""]
    {
        assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
    }
    for extreme in [i64::MIN, i64::MAX] {
        let clamped = Timestamp::from_micros(extreme);
        assert_eq!(clamped.to_string().parse::<Timestamp>().unwrap(), clamped);
    }
}

proptest! {
    #[test]
    fn instants_round_trip(micros in -62_135_596_800_000_000i64..253_402_207_199_999_999) {
        let at = Timestamp::from_micros(micros);
        prop_assert_eq!(at.as_micros(), micros);
        prop_assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        let start = at.date().start();
        prop_assert!(start <= at && at.as_micros() - start.as_micros() < DAY_US);
    }

    #[test]
    fn days_between_dates_add_up(a in 0i64..3_000_000, days in 0u32..30_000) {
        let start = Timestamp::from_micros(a * DAY_US / 4).date();
        prop_assert_eq!(start.start().plus_days(days).date().days_since(start), i64::from(days));
    }

    #[test]
    fn no_text_panics(text in "[0-9T:Z+.-]{0,30}") {
        let _ = (text.parse::<Timestamp>(), text.parse::<PartialDate>());
        if let Ok(date) = text.parse::<Date>() { prop_assert_eq!(date.to_string(), text); }
    }
}

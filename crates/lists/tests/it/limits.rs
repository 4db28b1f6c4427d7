//! How much one entry may say, in every family of formats. From a review: one record of a hundred thousand names took time with the
//! square of their number, however long the file was allowed to be.

use tenantry_lists::limits::VALUES_PER_ENTRY_MAX;
use tenantry_lists::{
    Example, ListsError, NoExample, OfacFiles, OfacList, OwnMapping, Reading, read_csl_csv, read_csl_json,
    read_eu_xml, read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_own_csv, read_senzing,
    read_uk_csv, read_uk_xml, read_un_xml,
};
use tenantry_model::listed::Property;

type Made = fn(usize) -> Result<Reading, ListsError>;

fn repeated(count: usize, of: impl Fn(usize) -> String) -> String {
    (0..count).map(of).collect()
}

/// One entry with so many aliases, in each format that can have them.
const FAMILIES: &[(&str, Made)] = &[
    ("OFAC as CSV", |aliases| {
        let rows = repeated(aliases, |n| format!("1,{n},\"aka\",\"NAME {n}\",-0- \r\n"));
        read_ofac(OfacFiles {
            list: OfacList::Sdn,
            primary: "1,\"X\",-0- ,\"P\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u{1A}".as_bytes(),
            addresses: None,
            aliases: Some((rows + "\u{1A}").as_bytes()),
            comments: None,
            published_on: None,
        })
    }),
    ("OFAC as XML", |aliases| {
        let akas = repeated(aliases, |n| format!("<aka><lastName>NAME {n}</lastName></aka>"));
        let entry =
            format!("<sdnEntry><uid>1</uid><lastName>X</lastName><akaList>{akas}</akaList></sdnEntry>");
        read_ofac_xml(OfacList::Sdn, format!("<sdnList>{entry}</sdnList>").as_bytes())
    }),
    ("OFAC as advanced XML", |aliases| {
        let part = |name: &str| {
            format!("<DocumentedNamePart><NamePartValue>{name}</NamePartValue></DocumentedNamePart>")
        };
        let alias = |primary: bool, name: &str| {
            format!("<Alias Primary=\"{primary}\"><DocumentedName>{}</DocumentedName></Alias>", part(name))
        };
        let all = alias(true, "X") + &repeated(aliases, |n| alias(false, &format!("NAME {n}")));
        let party = format!(
            "<DistinctParty FixedRef=\"1\"><Profile ID=\"1\"><Identity ID=\"1\">{all}</Identity></Profile></DistinctParty>"
        );
        read_ofac_advanced_xml(OfacList::Sdn, format!("<Sanctions>{party}</Sanctions>").as_bytes())
    }),
    ("CSL as CSV", |aliases| {
        let names = repeated(aliases, |n| format!("NAME {n}; "));
        read_csl_csv(format!("_id,source,name,ids,alt_names\n1,X,X,,{names}\n").as_bytes(), None)
    }),
    ("CSL as JSON", |aliases| {
        let names = repeated(aliases, |n| format!(",\"NAME {n}\""));
        let result = format!("{{\"name\":\"X\",\"source\":\"X\",\"id\":\"1\",\"alt_names\":[\"Y\"{names}]}}");
        read_csl_json(format!("{{\"results\":[{result}]}}").as_bytes(), None)
    }),
    ("UN as XML", |aliases| {
        let names = repeated(aliases, |n| format!("NAME {n};"));
        let entry = format!(
            "<ENTITY><REFERENCE_NUMBER>1</REFERENCE_NUMBER><FIRST_NAME>X</FIRST_NAME>\
             <ENTITY_ALIAS><ALIAS_NAME>{names}</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"
        );
        read_un_xml(format!("<CONSOLIDATED_LIST>{entry}</CONSOLIDATED_LIST>").as_bytes())
    }),
    ("EU as XML", |aliases| {
        let names = repeated(aliases + 1, |n| format!("<nameAlias wholeName=\"NAME {n}\"/>"));
        let entry = format!("<sanctionEntity euReferenceNumber=\"1\">{names}</sanctionEntity>");
        read_eu_xml(format!("<export>{entry}</export>").as_bytes())
    }),
    ("UK as XML", |aliases| {
        let names = repeated(aliases + 1, |n| format!("<Name><Name6>NAME {n}</Name6></Name>"));
        let entry = format!("<Designation><UniqueID>1</UniqueID><Names>{names}</Names></Designation>");
        read_uk_xml(format!("<Designations>{entry}</Designations>").as_bytes())
    }),
    ("UK as CSV", |aliases| {
        // Each value comes once on every row, as in the published file.
        let rows = repeated(aliases + 1, |n| format!("1,NAME {n},Regime\n"));
        read_uk_csv(format!("Unique ID,Name 6,Regime Name\n{rows}").as_bytes(), None)
    }),
    ("FollowTheMoney", |aliases| {
        let names = repeated(aliases, |n| format!(",\"NAME {n}\""));
        let entity =
            format!("{{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{{\"name\":[\"X\"{names}]}}}}\n");
        read_ftm("own", "Own", None, entity.as_bytes())
    }),
    ("FollowTheMoney, given by others", |given| {
        let documents = repeated(given, |n| {
            format!(
                "{{\"id\":\"p{n}\",\"schema\":\"Passport\",\"properties\":{{\"holder\":[\"1\"],\"number\":[\"1\"]}}}}\n"
            )
        });
        let entity = "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":[\"X\"]}}\n";
        read_ftm("own", "Own", None, format!("{entity}{documents}").as_bytes())
    }),
    ("Senzing", |aliases| {
        let names = repeated(aliases, |n| format!(",{{\"NAME_FULL\":\"NAME {n}\"}}"));
        let record = format!("{{\"RECORD_ID\":\"1\",\"NAMES\":[{{\"NAME_FULL\":\"X\"}}{names}]}}\n");
        read_senzing("own", "Own", None, record.as_bytes())
    }),
    ("a list of one's own", |aliases| {
        let names = repeated(aliases, |n| format!("NAME {n};"));
        let mapping: OwnMapping =
            "list = 'own'\ntitle = 'Own'\nid = 'id'\n[columns]\nname = 'name'\naliases = 'alias'".parse()?;
        read_own_csv(&mapping, None, format!("id,name,aliases\n1,X,{names}\n").as_bytes())
    }),
];

#[test]
fn five_thousand_aliases_are_read_and_more_than_the_limit_is_refused_by_name() {
    for (family, made) in FAMILIES {
        let reading = made(5_000).unwrap();
        assert_eq!((reading.snapshot.entities().len(), reading.set_aside), (1, 0), "{family}");
        let entity = reading.snapshot.entities().first().unwrap();
        let values: usize = entity.properties.values().map(Vec::len).sum();
        assert!((5_001..5_010).contains(&values), "{family}: {values}");
        let error = made(20_000).map(|reading| reading.notices).expect_err(family);
        assert!(
            matches!(&error, ListsError::EntryTooLarge { limit, .. } if *limit == VALUES_PER_ENTRY_MAX as u64),
            "{family}: {error}"
        );
        assert!(error.to_string().contains(&format!("`{}`", entity.id)), "{family}: {error}");
    }
}

#[test]
fn what_comes_again_on_every_row_counts_once() {
    let rows = repeated(50_000, |n| format!("1,NAME {},Regime\n", n % 7));
    let reading = read_uk_csv(format!("Unique ID,Name 6,Regime Name\n{rows}").as_bytes(), None).unwrap();
    let entity = reading.snapshot.entities().first().unwrap();
    assert_eq!(entity.texts(Property::Alias).count(), 7);
    assert_eq!(entity.texts(Property::Program).count(), 1);
}

#[test]
fn a_query_of_more_values_than_anybody_has_is_refused() {
    let read = |names: usize| {
        let names: Vec<String> = (0..names).map(|n| format!("Name {n}")).collect();
        let object = serde_json::json!({ "schema": "Person", "properties": { "name": names } });
        Example::read(object.as_object().unwrap(), None)
    };
    assert!(read(VALUES_PER_ENTRY_MAX).is_ok());
    assert_eq!(read(20_000), Err(NoExample::TooMany));
}

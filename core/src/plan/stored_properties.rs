//! What is stored with an object beside its bytes: what the user gave, and otherwise that of the source.

use crate::entry::{Layout, ObjectProperties, PosixProperties};
use crate::options::{AccessTier, BlobType, ContentHeaderOptions, PropertyOptions};

/// Metadata that says what an object is, and not only something about it. Metadata that the user gives
/// does not replace it.
const MARKS: [&str; 2] = ["hdi_isfolder", "is_symlink"];

/// Metadata that has the modification time of the content.
const TIMES: [&str; 1] = ["mtime"];

/// What decides about metadata and about blobs beside the options.
#[derive(Debug, Clone, Copy)]
pub struct StoredForm {
    /// The type of the blob that is written; `None` for a file.
    pub blob_type: Option<BlobType>,
    /// The modification time in the metadata stays: a sync has put it there.
    pub keeps_times: bool,
    /// POSIX properties in the metadata stay: they were read from a file.
    pub keeps_posix: bool,
}

impl StoredForm {
    /// Of an object of this layout at the target; `None` is no blob.
    pub fn of(layout: Option<Layout>, keeps_times: bool, keeps_posix: bool) -> Self {
        Self {
            keeps_posix,
            blob_type: layout.map(|layout| match layout {
                Layout::Pages => BlobType::Page,
                Layout::Appended => BlobType::Append,
                Layout::Plain | Layout::Folder | Layout::Link => BlobType::Block,
            }),
            keeps_times,
        }
    }
}

/// What is stored with an object of which the source has `carried`; `None` where that is nothing.
pub fn stored(
    given: &PropertyOptions,
    carried: Option<Box<ObjectProperties>>,
    form: StoredForm,
) -> Option<Box<ObjectProperties>> {
    let tier = given.tier.filter(|tier| fits(*tier, form));
    let tags = given.tags.as_ref().filter(|_| form.blob_type.is_some());
    let gives_none =
        tier.is_none() && tags.is_none() && given.metadata.is_none() && !given.headers.is_any();
    let mut stored = match carried {
        None if gives_none => return None,
        carried => carried.unwrap_or_default(),
    };
    let kept_tier = stored
        .tier
        .filter(|tier| given.keeps_tier && fits(*tier, form));
    stored.tier = tier.or(kept_tier);
    let keeps_tags = given.keeps_tags && form.blob_type.is_some();
    let kept_tags = stored.tags.take().filter(|_| keeps_tags);
    stored.tags = tags.cloned().or(kept_tags);
    give_headers(&given.headers, &mut stored);
    if let Some(metadata) = &given.metadata {
        stored.metadata.retain(|(name, _)| {
            let is_one_of = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
            is_one_of(&MARKS)
                || form.keeps_times && is_one_of(&TIMES)
                || form.keeps_posix && PosixProperties::is_name(name)
        });
        for (name, value) in metadata {
            let is_it = |(other, _): &(String, String)| other.eq_ignore_ascii_case(name);
            if !stored.metadata.iter().any(is_it) {
                stored.metadata.push((name.clone(), value.clone()));
            }
        }
    }
    Some(stored)
}

/// Replaces the content headers that are given.
pub fn give_headers(given: &ContentHeaderOptions, stored: &mut ObjectProperties) {
    for (given, field) in [
        (&given.encoding, &mut stored.content_encoding),
        (&given.language, &mut stored.content_language),
        (&given.disposition, &mut stored.content_disposition),
        (&given.cache_control, &mut stored.cache_control),
    ] {
        if given.is_some() {
            field.clone_from(given);
        }
    }
}

fn fits(tier: AccessTier, form: StoredForm) -> bool {
    form.blob_type.is_some_and(|blob_type| tier.fits(blob_type))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::BlobTags;

    const BLOCK: StoredForm = StoredForm {
        blob_type: Some(BlobType::Block),
        keeps_times: false,
        keeps_posix: false,
    };

    fn of_source() -> ObjectProperties {
        ObjectProperties {
            content_encoding: Some("gzip".into()),
            cache_control: Some("no-store".into()),
            metadata: vec![
                ("a".into(), "1".into()),
                ("mtime".into(), "t".into()),
                ("hdi_isfolder".into(), "true".into()),
            ],
            tier: Some(AccessTier::Cool),
            tags: Some(BlobTags::parse("t=1").unwrap()),
            ..ObjectProperties::default()
        }
    }

    #[test]
    fn a_copy_keeps_the_tier_of_its_source_and_its_tags_only_if_asked() {
        let of = |given: &PropertyOptions, form| {
            stored(given, Some(Box::new(of_source())), form).unwrap()
        };
        let kept = of(&PropertyOptions::default(), BLOCK);
        assert_eq!((kept.tier, kept.tags), (Some(AccessTier::Cool), None));
        let given = PropertyOptions {
            keeps_tier: false,
            keeps_tags: true,
            ..PropertyOptions::default()
        };
        let kept = of(&given, BLOCK);
        assert_eq!((kept.tier, kept.tags.is_some()), (None, true));
        // A file has neither, and a page blob has other tiers.
        let file = of(&given, StoredForm::of(None, false, false));
        assert_eq!((file.tier, file.tags), (None, None));
        let pages = StoredForm::of(Some(Layout::Pages), false, false);
        assert_eq!(of(&PropertyOptions::default(), pages).tier, None);
    }

    #[test]
    fn what_is_given_replaces_that_of_the_source_except_what_it_is() {
        let given = PropertyOptions {
            tier: Some(AccessTier::Hot),
            metadata: Some(vec![("b".into(), "2".into())]),
            tags: Some(BlobTags::parse("u=2").unwrap()),
            headers: ContentHeaderOptions {
                encoding: Some("br".into()),
                ..ContentHeaderOptions::default()
            },
            ..PropertyOptions::default()
        };
        let names = |stored: &ObjectProperties| {
            let names = stored.metadata.iter().map(|(name, _)| name.as_str());
            names.collect::<Vec<_>>().join(" ")
        };
        let of = |form| stored(&given, Some(Box::new(of_source())), form).unwrap();
        let found = of(BLOCK);
        assert_eq!(names(&found), "hdi_isfolder b");
        assert_eq!(found.content_encoding.as_deref(), Some("br"));
        assert_eq!(found.cache_control.as_deref(), Some("no-store"));
        assert_eq!((found.tier, &found.tags), (given.tier, &given.tags));
        let sync = StoredForm {
            keeps_times: true,
            ..BLOCK
        };
        let found = of(sync);
        assert_eq!(names(&found), "mtime hdi_isfolder b");
        let posix = StoredForm {
            keeps_posix: true,
            ..BLOCK
        };
        assert_eq!(names(&of(posix)), "mtime hdi_isfolder b");
        let uploaded = stored(&given, None, BLOCK).unwrap();
        assert_eq!(names(&uploaded), "b");
    }

    #[test]
    fn nothing_is_stored_where_nothing_is_given() {
        assert_eq!(stored(&PropertyOptions::default(), None, BLOCK), None);
        let tier = PropertyOptions {
            tier: Some(AccessTier::Premium("P10")),
            ..PropertyOptions::default()
        };
        assert_eq!(stored(&tier, None, BLOCK), None);
    }
}

//! The properties of an account's service, in sections. A request replaces the sections that it
//! names.
//!
//! The emulator stores and returns them; nothing in it depends on them.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::xml::{Leaf, Writer};

const ROOT: &str = "StorageServiceProperties";
const DAYS_MAX: u32 = 365;
/// The most CORS rules.
const RULES_MAX: usize = 5;

const RETENTION: [&str; 2] = ["RetentionPolicy/Enabled", "RetentionPolicy/Days"];
const RULE: [&str; 5] = [
    "AllowedMethods",
    "AllowedOrigins",
    "AllowedHeaders",
    "ExposedHeaders",
    "MaxAgeInSeconds",
];

/// One section: its elements below its name with their texts, and which rule each belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    name: &'static str,
    leaves: Vec<Leaf>,
}

/// The sections of a service in the order of the document, each with its elements in their order.
pub type SectionFormats = &'static [(&'static str, &'static [&'static str])];

/// The sections that were set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProperties {
    formats: SectionFormats,
    sections: Vec<Section>,
}

impl ServiceProperties {
    /// Properties of which nothing is set yet.
    pub fn new(formats: SectionFormats) -> Self {
        Self {
            formats,
            sections: Vec::new(),
        }
    }

    /// Forgets all sections.
    pub fn clear(&mut self) {
        self.sections.clear();
    }

    /// Replaces the sections that a document names, each as a whole.
    pub fn merge(&mut self, leaves: Vec<Leaf>) -> ServiceResult<()> {
        let mut given: Vec<Section> = Vec::new();
        for leaf in leaves {
            let rest = leaf
                .path
                .strip_prefix(ROOT)
                .ok_or_else(Refusal::invalid_xml)?;
            let Some(path) = rest.strip_prefix('/') else {
                continue;
            };
            let (section, inner) = path.split_once('/').unwrap_or((path, ""));
            let formats = self.formats.iter();
            let name = formats
                .map(|(name, _)| *name)
                .find(|name| *name == section)
                .ok_or_else(Refusal::invalid_xml)?;
            check(inner, &leaf.text)?;
            let leaf = Leaf {
                path: inner.to_owned(),
                text: lower_flag(&leaf.text),
                ..leaf
            };
            match given.iter_mut().find(|section| section.name == name) {
                Some(section) => section.leaves.push(leaf),
                None => given.push(Section {
                    name,
                    leaves: vec![leaf],
                }),
            }
        }
        if given
            .iter()
            .any(|section| section.rules().len() > RULES_MAX)
        {
            return Err(Refusal::invalid_xml());
        }
        for section in given {
            self.sections.retain(|old| old.name != section.name);
            self.sections.push(section);
        }
        Ok(())
    }

    /// Writes the document of all sections; a section that was never set is off.
    pub fn write(&self, xml: &mut Writer) {
        xml.open(ROOT, &[]);
        for &(name, elements) in self.formats {
            let section = self.sections.iter().find(|section| section.name == name);
            match (section, name) {
                (Some(section), "Cors") => section.write_rules(xml),
                (Some(section), "DefaultServiceVersion") => {
                    xml.leaf(name, &section.leaves[0].text);
                }
                (Some(section), _) => section.write(xml, elements),
                (None, "DefaultServiceVersion") => {}
                (None, _) => write_initial(xml, name),
            }
        }
        xml.close(ROOT);
    }
}

impl Section {
    fn text(&self, path: &str) -> Option<&str> {
        let leaf = self.leaves.iter().find(|leaf| leaf.path == path)?;
        Some(&leaf.text)
    }

    fn write(&self, xml: &mut Writer, elements: &[&str]) {
        xml.open(self.name, &[]);
        for element in elements {
            xml.leaf_some(element, self.text(element));
        }
        if let Some(enabled) = self.text(RETENTION[0]) {
            xml.open("RetentionPolicy", &[]).leaf("Enabled", enabled);
            xml.leaf_some("Days", self.text(RETENTION[1]));
            xml.close("RetentionPolicy");
        }
        xml.close(self.name);
    }

    /// The numbers of its CORS rules.
    fn rules(&self) -> Vec<usize> {
        let of_rules = |leaf: &&Leaf| leaf.path.starts_with("CorsRule");
        let mut rules: Vec<usize> = self
            .leaves
            .iter()
            .filter(of_rules)
            .map(|leaf| leaf.parent)
            .collect();
        rules.dedup();
        rules
    }

    fn write_rules(&self, xml: &mut Writer) {
        let rules = self.rules();
        if rules.is_empty() {
            xml.leaf("Cors", "");
            return;
        }
        xml.open("Cors", &[]);
        for rule in rules {
            xml.open("CorsRule", &[]);
            for element in RULE {
                let path = format!("CorsRule/{element}");
                let leaf = self
                    .leaves
                    .iter()
                    .find(|leaf| leaf.parent == rule && leaf.path == path);
                xml.leaf(element, leaf.map_or("", |leaf| &leaf.text));
            }
            xml.close("CorsRule");
        }
        xml.close("Cors");
    }
}

fn write_initial(xml: &mut Writer, name: &str) {
    if name == "Cors" {
        xml.leaf(name, "");
        return;
    }
    xml.open(name, &[]);
    match name {
        "Logging" => {
            xml.leaf("Version", "1.0").leaf("Read", "false");
            xml.leaf("Write", "false").leaf("Delete", "false");
        }
        "HourMetrics" | "MinuteMetrics" => {
            xml.leaf("Version", "1.0").leaf("Enabled", "false");
        }
        _ => {
            xml.leaf("Enabled", "false");
        }
    }
    if matches!(name, "Logging" | "HourMetrics" | "MinuteMetrics") {
        xml.open("RetentionPolicy", &[]).leaf("Enabled", "false");
        xml.close("RetentionPolicy");
    }
    xml.close(name);
}

/// Days of retention are 1 to 365.
fn check(path: &str, text: &str) -> ServiceResult<()> {
    if path != "Days" && path != RETENTION[1] {
        return Ok(());
    }
    match text.parse::<u32>() {
        Ok(days) if (1..=DAYS_MAX).contains(&days) => Ok(()),
        _ => Err(Refusal::invalid_xml().with(
            "Reason",
            "Retention days must be greater than 0 and less than or equal to 365 days.",
        )),
    }
}

/// The service returns `True` as `true`.
fn lower_flag(text: &str) -> String {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        text.to_ascii_lowercase()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::xml::read_leaves;

    fn document(properties: &ServiceProperties) -> String {
        let mut xml = Writer::new();
        properties.write(&mut xml);
        String::from_utf8(xml.finish()).unwrap()
    }

    #[test]
    fn a_section_that_is_left_out_stays_as_it_was() {
        let mut properties = ServiceProperties::new(&[
            ("Cors", &[]),
            ("DeleteRetentionPolicy", &["Enabled", "Days"]),
        ]);
        let set = |properties: &mut ServiceProperties, sections: &str| {
            let text = format!("<{ROOT}>{sections}</{ROOT}>");
            properties.merge(read_leaves(text.as_bytes()).unwrap())
        };
        let rules = "<Cors><CorsRule><AllowedOrigins>a</AllowedOrigins><AllowedMethods>GET</AllowedMethods></CorsRule><CorsRule><AllowedOrigins>b</AllowedOrigins></CorsRule></Cors>";
        set(&mut properties, rules).unwrap();
        let policy =
            "<DeleteRetentionPolicy><Enabled>True</Enabled><Days>7</Days></DeleteRetentionPolicy>";
        set(&mut properties, policy).unwrap();
        let text = document(&properties);
        assert!(
            text.contains("<AllowedMethods>GET</AllowedMethods><AllowedOrigins>a<"),
            "{text}"
        );
        assert!(text.contains("<AllowedOrigins>b<"), "{text}");
        assert!(
            text.contains("<Enabled>true</Enabled><Days>7</Days>"),
            "{text}"
        );
        set(&mut properties, "<Cors />").unwrap();
        assert!(document(&properties).contains("<Cors />"));
        for days in ["0", "366", "x"] {
            let policy =
                format!("<DeleteRetentionPolicy><Days>{days}</Days></DeleteRetentionPolicy>");
            assert!(set(&mut properties, &policy).is_err(), "{days}");
        }
        assert!(set(&mut properties, "<Nonsense>1</Nonsense>").is_err());
        let rule = "<CorsRule><AllowedOrigins>a</AllowedOrigins></CorsRule>";
        let of = |count: usize| format!("<Cors>{}</Cors>", rule.repeat(count));
        assert!(set(&mut properties, &of(5)).is_ok());
        assert!(set(&mut properties, &of(6)).is_err());
    }
}

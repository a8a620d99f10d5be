//! The properties of an account's service, in sections. A request replaces the sections that it
//! names.
//!
//! CORS rules, the deletion policy and the default version act. The others are stored and returned:
//! the emulator writes no logs and no metrics.

use super::cors::CorsRule;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::version::ApiVersion;
use crate::emulator::xml::{Leaf, Writer};

const DEFAULT_VERSION: &str = "DefaultServiceVersion";
const ROOT: &str = "StorageServiceProperties";
const DELETION_POLICY: &str = "DeleteRetentionPolicy";
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
            if name == DEFAULT_VERSION && ApiVersion::parse(&leaf.text).is_none() {
                return Err(Refusal::invalid_xml());
            }
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
            // The service names no position and no reason.
            return Err(Refusal::invalid_xml()
                .with("LineNumber", "0")
                .with("LinePosition", "0")
                .with("Reason", ""));
        }
        if given.iter().any(Section::is_without_days) {
            return Err(Refusal::invalid_xml());
        }
        for section in given {
            self.sections.retain(|old| old.name != section.name);
            self.sections.push(section);
        }
        Ok(())
    }

    /// The document of all sections.
    pub fn document(&self) -> String {
        let mut xml = Writer::new();
        self.write(&mut xml);
        String::from_utf8_lossy(&xml.finish()).into_owned()
    }

    /// How long the deletion policy keeps what was deleted, in days; 0 without one.
    pub fn retention_days(&self) -> u32 {
        let policy = self.deletion_policy();
        let days = policy.filter(|policy| policy.text("Enabled") == Some("true"));
        let days = days.and_then(|policy| policy.text("Days")?.parse().ok());
        days.unwrap_or(0)
    }

    /// Whether what was deleted may be removed for good before its time.
    pub fn allows_permanent_deletion(&self) -> bool {
        let policy = self.deletion_policy();
        policy.is_some_and(|policy| policy.text("AllowPermanentDelete") == Some("true"))
    }

    /// Whether the static website is on.
    pub fn has_website(&self) -> bool {
        let mut sections = self.sections.iter();
        let section = sections.find(|section| section.name == "StaticWebsite");
        section.is_some_and(|section| section.text("Enabled") == Some("true"))
    }

    fn deletion_policy(&self) -> Option<&Section> {
        let mut sections = self.sections.iter();
        sections.find(|section| section.name == DELETION_POLICY)
    }

    /// The version of requests that name none.
    pub fn default_version(&self) -> Option<ApiVersion> {
        let mut sections = self.sections.iter();
        let section = sections.find(|section| section.name == DEFAULT_VERSION)?;
        ApiVersion::parse(&section.leaves.first()?.text)
    }

    /// The CORS rules in their order.
    pub fn cors_rules(&self) -> Vec<CorsRule> {
        let cors = self.sections.iter().find(|section| section.name == "Cors");
        let rule = |section: &Section, number| {
            let text = |element| section.rule_text(number, element).to_owned();
            CorsRule {
                methods: text("AllowedMethods"),
                origins: text("AllowedOrigins"),
                headers: text("AllowedHeaders"),
                exposed: text("ExposedHeaders"),
                max_age_seconds: text("MaxAgeInSeconds"),
            }
        };
        let rules = cors.map(|section| {
            let numbers = section.rules().into_iter();
            numbers.map(|number| rule(section, number)).collect()
        });
        rules.unwrap_or_default()
    }

    /// Writes the document of all sections; a section that was never set is off.
    pub fn write(&self, xml: &mut Writer) {
        xml.open(ROOT, &[]);
        for &(name, elements) in self.formats {
            let section = self.sections.iter().find(|section| section.name == name);
            match (section, name) {
                (Some(section), "Cors") => section.write_rules(xml),
                (Some(section), DEFAULT_VERSION) => {
                    xml.leaf(name, &section.leaves[0].text);
                }
                (Some(section), _) => section.write(xml, elements),
                (None, DEFAULT_VERSION) => {}
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

    /// Whether it keeps something, and does not say how long.
    fn is_without_days(&self) -> bool {
        let [enabled, days] = match self.name {
            DELETION_POLICY => ["Enabled", "Days"],
            _ => RETENTION,
        };
        self.text(enabled) == Some("true") && self.text(days).is_none()
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

    fn rule_text(&self, rule: usize, element: &str) -> &str {
        let path = format!("CorsRule/{element}");
        let mut leaves = self.leaves.iter();
        let leaf = leaves.find(|leaf| leaf.parent == rule && leaf.path == path);
        leaf.map_or("", |leaf| &leaf.text)
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
                let text = self.rule_text(rule, element);
                if element.ends_with("Headers") {
                    xml.leaf(element, &names_before_prefixes(text));
                } else {
                    xml.leaf(element, text);
                }
            }
            xml.close("CorsRule");
        }
        xml.close("Cors");
    }
}

/// The service returns the names of a header list before its prefixes.
fn names_before_prefixes(list: &str) -> String {
    let items = list.split(',').map(str::trim);
    let (prefixes, names): (Vec<&str>, Vec<&str>) = items.partition(|item| item.ends_with('*'));
    [names, prefixes].concat().join(",")
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

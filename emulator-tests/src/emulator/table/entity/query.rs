//! Query Entities: a page of a table, in the order of the keys.
//! <https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination>

use std::sync::Arc;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::table::account::query_tables;
use crate::emulator::table::answer::{self, EntityForm};
use crate::emulator::table::call::TableCall;
use crate::emulator::table::filter::{Filter, FilteredEntity, KeyBounds};
use crate::emulator::table::page_token;
use crate::emulator::table::permissions::KeyRange;
use crate::emulator::table::state::{EntityKey, KeyText, StoredEntity};
use crate::emulator::table::storage::TableState;

/// A page has at most so many bytes of properties.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// Which entities a query selects, and where its page begins.
struct Selection {
    filter: Option<Filter>,
    bounds: KeyBounds,
    range: KeyRange,
    first: EntityKey,
    /// Where pages end, whatever is behind.
    borders: Vec<KeyText>,
    /// Whether pages end at partitions.
    ends_at_partition: bool,
}

/// Where the next page begins.
struct NextPage {
    partition: KeyText,
    /// Absent at the beginning of a partition that another server has.
    row: Option<KeyText>,
}

#[derive(Default)]
struct EntityPage {
    entities: Vec<(EntityKey, Arc<StoredEntity>)>,
    next: Option<NextPage>,
}

impl EntityPage {
    /// Ends the page before a key, or before the partition of the key if the page has others.
    fn end_before(&mut self, key: &EntityKey, ends_at_partition: bool) {
        let is_other = |(other, _): &(EntityKey, _)| other.partition != key.partition;
        let has_others = self.entities.first().is_some_and(is_other);
        let at_partition = ends_at_partition && has_others;
        if at_partition {
            self.entities.retain(is_other);
        }
        self.next = Some(NextPage {
            partition: key.partition.clone(),
            row: (!at_partition).then(|| key.row.clone()),
        });
    }
}

/// Returns one page.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let level = call.metadata_level()?;
    let selection = Selection::of(call)?;
    let mut max = listing::entries_max(call, query_tables::page_size(call)?);
    if let Some(limit) = call.head.faults.page_entities {
        max = max.min(limit as usize);
    }
    let table = call.table()?;
    let state = table.enter()?;
    let page = selection.page(&state, max);
    let name = state.properties().name.clone();
    drop(state);
    let partition = page.entities.first().map(|(key, _)| &key.partition);
    let partition = partition.cloned().unwrap_or_default();
    let entities = page.entities.len().max(1) as u64;
    call.admit(&call.target.table(), &partition, entities)?;
    let form = EntityForm::of(call, &name, level);
    let bytes: usize = page
        .entities
        .iter()
        .map(|(_, entity)| entity.body.len() + 200)
        .sum();
    let mut document = String::with_capacity(bytes);
    document.push('{');
    document.push_str(&form.metadata(""));
    document.push_str("\"value\":[");
    for (number, (key, entity)) in page.entities.iter().enumerate() {
        if number > 0 {
            document.push(',');
        }
        form.write(&mut document, "", key, entity);
    }
    document.push_str("]}");
    let mut response = answer::json(200, level, document);
    if let Some(next) = page.next {
        let token = page_token::token(next.partition.as_str());
        response.set("x-ms-continuation-NextPartitionKey", token);
        if let Some(row) = next.row {
            let token = page_token::token(row.as_str());
            response.set("x-ms-continuation-NextRowKey", token);
        }
    }
    Ok(response)
}

impl Selection {
    fn of(call: &TableCall<'_>) -> ServiceResult<Self> {
        let filter = call
            .query
            .filled("$filter")
            .map(Filter::parse)
            .transpose()?;
        let bounds = filter.as_ref().map(KeyBounds::of).unwrap_or_default();
        let range = KeyRange::of(call);
        let token = |name| call.query.get(name).map(page_token::key).transpose();
        let (partition, row) = (token("NextPartitionKey")?, token("NextRowKey")?);
        let mut first = bounds.first();
        first = first.max(range.first().cloned().unwrap_or_default());
        match (partition, row) {
            (Some(partition), row) => {
                first = first.max(EntityKey::new(partition, row.unwrap_or_default()));
            }
            (None, Some(_)) => return Err(Refusal::invalid_request_input()),
            (None, None) => {}
        }
        let borders = call.behaviour.table.partition_borders.iter();
        Ok(Self {
            filter,
            bounds,
            range,
            first,
            borders: borders
                .map(|border| KeyText::from(border.as_str()))
                .collect(),
            ends_at_partition: call.behaviour.table.partition_tokens,
        })
    }

    /// Up to `max` entities, and the key of the next one that is selected.
    fn page(&self, state: &TableState, max: usize) -> EntityPage {
        let mut page = EntityPage::default();
        let mut bytes = 0;
        for (key, entity) in state.from(&self.first) {
            if self.bounds.is_behind(&key) || self.range.is_before(&key) {
                break;
            }
            if let Some(border) = self.crossed_border(&key) {
                page.next = Some(NextPage {
                    partition: border.clone(),
                    row: None,
                });
                break;
            }
            if !self.selects(&key, &entity) {
                continue;
            }
            if page.entities.len() == max || bytes > PAGE_BYTES_MAX {
                page.end_before(&key, self.ends_at_partition);
                break;
            }
            bytes += entity.body.len();
            page.entities.push((key, entity));
        }
        page
    }

    /// The border between the beginning of the page and a key.
    fn crossed_border(&self, key: &EntityKey) -> Option<&KeyText> {
        let mut borders = self.borders.iter();
        borders.find(|border| self.first.partition < **border && **border <= key.partition)
    }

    fn selects(&self, key: &EntityKey, entity: &StoredEntity) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.matches(&FilteredEntity::new(key, entity)))
    }
}

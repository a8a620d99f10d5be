//! What a source that wraps another one passes on to it unchanged.

/// The methods of a [`Source`](super::Source) whose field `$inner` is the source that it wraps: questions about single
/// objects and about their bytes. What it lists, finds, completes and opens is its own.
macro_rules! pass_on_to {
    ($inner:ident) => {
        fn has<'a>(
            &'a self,
            tools: &'a $crate::store::Tools,
            name: &'a $crate::entry::EntryName,
        ) -> $crate::store::Step<'a, $crate::Result<bool>> {
            self.$inner.has(tools, name)
        }

        fn is_incomplete(&self, entry: &$crate::entry::Entry) -> bool {
            self.$inner.is_incomplete(entry)
        }

        fn extents<'a>(
            &'a self,
            tools: &'a $crate::store::Tools,
            entry: &'a $crate::entry::Entry,
        ) -> $crate::store::Step<'a, $crate::Result<Option<$crate::plan::extents::Extents>>> {
            self.$inner.extents(tools, entry)
        }

        fn edges<'a>(
            &'a self,
            tools: &'a $crate::store::Tools,
            entry: &'a $crate::entry::Entry,
        ) -> $crate::store::Step<'a, $crate::Result<Option<$crate::plan::disk_image::Edges>>> {
            self.$inner.edges(tools, entry)
        }

        fn origin(
            &self,
            tools: &$crate::store::Tools,
            entry: &$crate::entry::Entry,
        ) -> $crate::Result<Option<$crate::store::Origin>> {
            self.$inner.origin(tools, entry)
        }

        fn descriptors(&self) -> u32 {
            self.$inner.descriptors()
        }

        fn why_nothing<'a>(
            &'a self,
            tools: &'a $crate::store::Tools,
            selection: &'a $crate::options::Selection,
        ) -> $crate::store::Step<'a, $crate::Result<Option<$crate::report::NothingSelected>>> {
            self.$inner.why_nothing(tools, selection)
        }
    };
}

pub(crate) use pass_on_to;

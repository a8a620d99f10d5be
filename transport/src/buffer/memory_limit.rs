//! How much memory this process may use: the machine's, its control groups' and its own limit of
//! address space.
//!
//! Everything is read below a root folder, which is `/` except in tests. A limit that cannot be
//! read is no limit.
//! <https://docs.kernel.org/admin-guide/cgroup-v2.html>,
//! <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>,
//! `proc_pid_mountinfo(5)`, `cgroups(7)`.

use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};

use super::arena::limit_heaps;

/// The limits of a control group, version 2. `memory.high` does not end a process, but slows it
/// down very much.
const LIMITS_2: &[&str] = &["memory.max", "memory.high"];

/// The limits of a control group, version 1.
const LIMITS_1: &[&str] = &["memory.limit_in_bytes"];

/// The address space that glibc reserves for each heap of a thread (`HEAP_MAX_SIZE`).
const HEAP_BYTES: u64 = 64 << 20;

/// The part of a limited address space that heaps may take.
const HEAPS_SHARE: u64 = 8;

/// Makes fewer heaps for threads where the address space of this process is limited (`ulimit -v`).
///
/// glibc makes up to eight for each processor, each of 64 MiB of address space: more than a small
/// limit has, and then no thread can start. To be called before there are threads.
pub fn fit_heaps_to_limit() {
    if let Some(limit) = getrlimit(Resource::As).current {
        let heaps = (limit / HEAPS_SHARE / HEAP_BYTES).max(1);
        limit_heaps(i32::try_from(heaps).unwrap_or(i32::MAX));
    }
}

/// The smallest of all limits, in bytes.
pub(super) fn allowed_bytes() -> u64 {
    let root = Path::new("/");
    machine_bytes()
        .min(control_group_bytes(root).unwrap_or(u64::MAX))
        .min(address_space_bytes(root).unwrap_or(u64::MAX))
}

fn machine_bytes() -> u64 {
    let info = rustix::system::sysinfo();
    info.totalram * u64::from(info.mem_unit.max(1))
}

/// The rest of the address space that this process may use (`RLIMIT_AS`, `ulimit -v`).
fn address_space_bytes(root: &Path) -> Option<u64> {
    let limit = getrlimit(Resource::As).current?;
    let used_pages = std::fs::read_to_string(root.join("proc/self/statm"))
        .ok()
        .and_then(|text| text.split_ascii_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    let page_bytes = rustix::param::page_size() as u64;
    Some(limit.saturating_sub(used_pages * page_bytes))
}

/// The smallest limit of this process's control group and of those above it.
fn control_group_bytes(root: &Path) -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let groups = read("proc/self/cgroup");
    let mounts = read("proc/self/mountinfo");
    let limits = mounts
        .lines()
        .filter_map(CgroupMount::read)
        .filter_map(|mount| {
            let group = groups.lines().find_map(|line| mount.group(line))?;
            mount.least_limit(root, group)
        });
    limits.min()
}

/// The mount point of a hierarchy of control groups that limits memory.
struct CgroupMount {
    /// The group that the mount point shows. In many containers it is not the topmost one.
    group: PathBuf,
    place: PathBuf,
    is_version_2: bool,
}

impl CgroupMount {
    /// Reads a line of `/proc/self/mountinfo`: `32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup
    /// cgroup rw,memory`.
    fn read(line: &str) -> Option<Self> {
        let (place, system) = line.split_once(" - ")?;
        let place: Vec<&str> = place.split(' ').collect();
        let mut system = system.split(' ');
        let is_version_2 = match system.next()? {
            "cgroup2" => true,
            "cgroup" => {
                let options = system.next_back()?;
                if !options.split(',').any(|option| option == "memory") {
                    return None;
                }
                false
            }
            _ => return None,
        };
        Some(Self {
            group: unescaped(place.get(3)?),
            place: unescaped(place.get(4)?),
            is_version_2,
        })
    }

    /// The group of this hierarchy that a line of `/proc/self/cgroup` names: `0::/a`,
    /// `4:memory:/a`.
    fn group<'a>(&self, line: &'a str) -> Option<&'a Path> {
        let (number, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let is_this = if self.is_version_2 {
            number == "0" && controllers.is_empty()
        } else {
            controllers.split(',').any(|name| name == "memory")
        };
        is_this.then_some(Path::new(path))
    }

    /// The smallest limit from the group up to the one at the mount point.
    fn least_limit(&self, root: &Path, group: &Path) -> Option<u64> {
        // A group outside of the mount (of another namespace, `/../x`) has the limits that can be
        // seen.
        let below = group.strip_prefix(&self.group).unwrap_or(Path::new(""));
        let is_plain = !below
            .components()
            .any(|part| matches!(part, std::path::Component::ParentDir));
        let below = if is_plain { below } else { Path::new("") };
        let place = root.join(self.place.strip_prefix("/").unwrap_or(&self.place));
        let names = if self.is_version_2 {
            LIMITS_2
        } else {
            LIMITS_1
        };
        let limits = below.ancestors().flat_map(|group| {
            let folder = place.join(group);
            names.iter().filter_map(move |name| {
                let text = std::fs::read_to_string(folder.join(name)).ok()?;
                // `max` is not a number: no limit.
                text.trim().parse::<u64>().ok()
            })
        });
        limits.min()
    }
}

/// The file writes spaces, tabs, line breaks and backslashes in octal.
fn unescaped(text: &str) -> PathBuf {
    let plain = [
        (r"\040", " "),
        (r"\011", "\t"),
        (r"\012", "\n"),
        (r"\134", r"\"),
    ];
    let text = plain.iter().fold(text.to_owned(), |text, (octal, plain)| {
        text.replace(octal, plain)
    });
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A root folder with these files.
    fn limit(files: &[(&str, &str)]) -> Option<u64> {
        let root = tempfile::tempdir().expect("a folder for temporary files");
        for (name, text) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it is below")).expect("ours");
            std::fs::write(path, text).expect("ours");
        }
        control_group_bytes(root.path())
    }

    const MOUNT_2: &str =
        "25 21 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const MOUNT_1: &str = "30 23 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
        31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
        32 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
        41 30 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

    #[test]
    fn the_smallest_limit_on_the_way_up_counts_in_version_2() {
        let found = limit(&[
            ("proc/self/cgroup", "0::/user.slice/run-1.scope\n"),
            ("proc/self/mountinfo", MOUNT_2),
            ("sys/fs/cgroup/user.slice/run-1.scope/memory.max", "max\n"),
            (
                "sys/fs/cgroup/user.slice/run-1.scope/memory.high",
                "402653184\n",
            ),
            ("sys/fs/cgroup/user.slice/memory.max", "536870912\n"),
        ]);
        assert_eq!(found, Some(384 * MIB));
        let found = limit(&[
            ("proc/self/cgroup", "0::/slurm/uid_1/job_2/step_0\n"),
            ("proc/self/mountinfo", MOUNT_2),
            ("sys/fs/cgroup/slurm/uid_1/job_2/memory.max", "268435456\n"),
            ("sys/fs/cgroup/slurm/uid_1/job_2/step_0/memory.max", "max\n"),
            ("sys/fs/cgroup/memory.max", "1073741824\n"),
        ]);
        assert_eq!(found, Some(256 * MIB));
    }

    #[test]
    fn the_memory_hierarchy_of_version_1_counts_beside_an_empty_version_2() {
        let found = limit(&[
            ("proc/self/cgroup", "4:memory:/job\n1:cpu:/other\n0::/\n"),
            ("proc/self/mountinfo", MOUNT_1),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
            (
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes",
                "209715200\n",
            ),
        ]);
        assert_eq!(found, Some(200 * MIB));
    }

    #[test]
    fn a_container_that_sees_its_own_group_as_the_topmost_is_limited_by_it() {
        // Docker without its own namespace: the path is the host's, and the mount shows the group
        // itself.
        let mount = "32 30 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        let found = limit(&[
            ("proc/self/cgroup", "9:memory:/docker/abc/below\n"),
            ("proc/self/mountinfo", mount),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "314572800\n"),
            (
                "sys/fs/cgroup/memory/below/memory.limit_in_bytes",
                "419430400\n",
            ),
        ]);
        assert_eq!(found, Some(300 * MIB));
        let found = limit(&[
            ("proc/self/cgroup", "0::/../elsewhere\n"),
            ("proc/self/mountinfo", MOUNT_2),
            ("sys/fs/cgroup/memory.max", "104857600\n"),
        ]);
        assert_eq!(found, Some(100 * MIB));
    }

    #[test]
    fn without_a_limit_or_without_control_groups_there_is_none() {
        let unlimited = [
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", MOUNT_2),
            ("sys/fs/cgroup/memory.max", "max\n"),
        ];
        assert_eq!(limit(&unlimited), None);
        assert_eq!(limit(&[]), None);
        let strange = [(
            "proc/self/mountinfo",
            "x\n - \n1 2 3 - cgroup2\n - cgroup2 a b\n",
        )];
        assert_eq!(limit(&strange), None);
    }
}

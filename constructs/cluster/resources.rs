//! Cores and memory of each instance.

use serde::{Deserialize, Serialize};

use crate::base::{Problems, Scope};
use crate::crds::postgresql as acid;
use crate::values::{Cpu, Memory, given, number_or_text};

/// Cores and memory of each instance. Memory is requested and limited alike, so that the node never has to take it
/// back; cores have no limit, because throttling stalls replication and archiving.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Resources {
    /// Cores that are requested, such as `2` or `500m`. Default: the platform's.
    #[serde(default, deserialize_with = "number_or_text", skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,

    /// Cores at most. Default: no limit.
    #[serde(default, deserialize_with = "number_or_text", skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<Cpu>,

    /// Memory, requested and at most; Spilo takes a fifth of it for shared buffers. Default: the platform's.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,

    /// Memory at most, where it is more than what is requested. Default: `memory`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<Memory>,

    /// Huge pages of 2 MiB, requested and at most; the node must have reserved them. Default: none.
    #[serde(
        default,
        rename = "hugepages2Mi",
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub hugepages_2mi: Option<Memory>,

    /// Huge pages of 1 GiB, requested and at most; the node must have reserved them. Default: none.
    #[serde(
        default,
        rename = "hugepages1Gi",
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub hugepages_1gi: Option<Memory>,
}

impl Resources {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { cpu, cpu_limit, memory, memory_limit, hugepages_2mi: _, hugepages_1gi: _ } = self;
        if let (Some(cpu), Some(limit)) = (cpu, cpu_limit)
            && limit.as_millicores() < cpu.as_millicores()
        {
            problems.invalid(scope.at("cpuLimit"), limit, format!("must be at least `cpu`, {cpu}"));
        }
        if let (Some(memory), Some(limit)) = (memory, memory_limit)
            && limit.bytes() < memory.bytes()
        {
            problems.invalid(scope.at("memoryLimit"), limit, format!("must be at least `memory`, {memory}"));
        }
    }

    pub(super) fn wants_huge_pages(&self) -> bool {
        self.hugepages_2mi.is_some() || self.hugepages_1gi.is_some()
    }

    pub(super) fn render(&self) -> acid::Resources {
        let Self { cpu, cpu_limit, memory, memory_limit, hugepages_2mi, hugepages_1gi } = self;
        let amounts = |cpu: &Option<Cpu>, memory: &Option<Memory>| acid::ResourceAmounts {
            cpu: cpu.clone(),
            memory: memory.clone(),
            hugepages_2mi: hugepages_2mi.clone(),
            hugepages_1gi: hugepages_1gi.clone(),
        };
        let some =
            |amounts: acid::ResourceAmounts| (amounts != acid::ResourceAmounts::default()).then_some(amounts);
        acid::Resources {
            limits: some(amounts(cpu_limit, if memory_limit.is_some() { memory_limit } else { memory })),
            requests: some(amounts(cpu, memory)),
        }
    }
}

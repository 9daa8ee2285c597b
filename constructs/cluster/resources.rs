//! Cores and memory of each instance.

use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql as acid;
use crate::values::{Cpu, Memory};

construct! {
    /// Cores and memory of each instance. Memory is requested and limited alike, so that the node never has to take it
    /// back; cores have no limit, because throttling stalls replication and archiving.
    pub struct Resources {
        /// Cores that are requested, such as `2` or `500m`. Default: the platform's.
        [optional number] cpu: Cpu,

        /// Cores at most. Default: no limit.
        [optional number] cpu_limit: Cpu,

        /// Memory, requested and at most; Spilo takes a fifth of it for shared buffers. Default: the platform's.
        [optional] memory: Memory,

        /// Memory at most, where it is more than what is requested. Default: `memory`.
        [optional] memory_limit: Memory,

        /// Huge pages of 2 MiB, requested and at most; the node must have reserved them. Default: none.
        [optional] hugepages_2mi as "hugepages2Mi": Memory,

        /// Huge pages of 1 GiB, requested and at most; the node must have reserved them. Default: none.
        [optional] hugepages_1gi as "hugepages1Gi": Memory,
    }
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

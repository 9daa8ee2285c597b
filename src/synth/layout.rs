//! Which object stands in which file, and the files as bytes.

use std::collections::BTreeMap;

use pgsynth_constructs::base::Object;

use super::{Emitter, Manifest, order};

/// Files of fewer objects than this are not worth a second thread.
const WORTH_A_THREAD: usize = 64;

/// The files of these objects, sorted by name.
pub(super) fn files(objects: &[Object], header: &str) -> Vec<Manifest> {
    let mut files: BTreeMap<String, Vec<&Object>> = BTreeMap::new();
    for object in objects {
        files.entry(object.file()).or_default().push(object);
    }
    let files: Vec<_> = files.into_iter().collect();
    if files.len() < WORTH_A_THREAD {
        return some_files(&files, header);
    }
    // Each file is a function of its objects alone, so that the number of threads decides no byte.
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(files.len() / WORTH_A_THREAD);
    let share = files.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            files.chunks(share).map(|share| scope.spawn(move || some_files(share, header))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("emission does not panic")).collect()
    })
}

fn some_files(files: &[(String, Vec<&Object>)], header: &str) -> Vec<Manifest> {
    let mut emitter = Emitter::default();
    let file = |(name, objects): &(String, Vec<&Object>)| {
        let mut objects = objects.clone();
        objects.sort_by_key(|object| order::key(object));
        emitter.clear();
        emitter.raw(header);
        for (index, object) in objects.iter().enumerate() {
            if index > 0 {
                emitter.raw("---\n");
            }
            emitter.object(object.body());
        }
        Manifest { name: format!("{name}.yaml"), bytes: emitter.bytes().to_vec() }
    };
    files.iter().map(file).collect()
}

//! The same work on many things, on as many threads as there are cores.

/// Fewer things than this are not worth a second thread.
const WORTH_A_THREAD: usize = 64;

/// What `work` makes of each item, in the order of the items: the number of threads decides nothing of it.
pub(crate) fn each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(items.len() / WORTH_A_THREAD);
    if threads < 2 {
        return items.into_iter().map(work).collect();
    }
    let share = items.len().div_ceil(threads);
    let mut shares = vec![];
    let mut items = items.into_iter();
    loop {
        let some: Vec<_> = items.by_ref().take(share).collect();
        if some.is_empty() {
            break;
        }
        shares.push(some);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("the work does not panic")).collect()
    })
}

//! The same work on many things, on as many threads as there are cores.

/// Fewer things than this are not worth a second thread.
const WORTH_A_THREAD: usize = 64;

/// How many threads that many things are worth, at least one.
pub fn threads(things: usize) -> usize {
    match things / WORTH_A_THREAD {
        // How many cores there are is not asked where the answer changes nothing: each answer takes 15 calls of the system.
        0 | 1 => 1,
        worth => std::thread::available_parallelism().map_or(1, usize::from).min(worth),
    }
}

/// What `work` makes of each item, in the order of the items: the number of threads decides nothing of it. Each thread
/// has a `state` of its own, such as a buffer that is used again.
pub fn each<T: Send, S, R: Send>(
    items: Vec<T>,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    let threads = threads(items.len());
    let some = |items: &mut dyn Iterator<Item = T>| {
        let mut state = state();
        items.map(|item| work(&mut state, item)).collect::<Vec<_>>()
    };
    if threads < 2 {
        return some(&mut items.into_iter());
    }
    // Each thread takes every second item, where there are two: neighbours are alike, such as the large files of one kind.
    let count = items.len();
    let mut shares: Vec<Vec<T>> = (0..threads).map(|_| Vec::with_capacity(count / threads + 1)).collect();
    for (index, item) in items.into_iter().enumerate() {
        shares[index % threads].push(item);
    }
    let some = &some;
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || some(&mut share.into_iter()))).collect();
        let done =
            workers.into_iter().map(|worker| worker.join().expect("the work does not panic").into_iter());
        let mut done: Vec<_> = done.collect();
        (0..count).filter_map(|index| done[index % threads].next()).collect()
    })
}

//! Single flight: of many who want the same thing done at once, one does it and all hear how it went.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// Flights under way, by key.
pub struct Flights<K, T> {
    under_way: Arc<Mutex<HashMap<K, watch::Receiver<Option<T>>>>>,
    most: usize,
}

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// At most so many different keys at once.
    pub fn new(most: usize) -> Flights<K, T> {
        Flights { under_way: Arc::default(), most }
    }

    /// Joins the flight for this key, or begins one; `None` when there are too many already (or when it fell).
    /// The work goes on when those who asked have gone.
    pub async fn join<W>(&self, key: K, work: impl FnOnce() -> W) -> Option<T>
    where
        W: Future<Output = T> + Send + 'static,
    {
        let mut landing = {
            let mut flights = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match flights.get(&key) {
                Some(landing) => landing.clone(),
                None if flights.len() >= self.most => return None,
                None => {
                    let (land, landing) = watch::channel(None);
                    flights.insert(key.clone(), landing.clone());
                    let (work, under_way) = (work(), Arc::clone(&self.under_way));
                    tokio::spawn(async move {
                        let outcome = work.await;
                        under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
                        land.send_replace(Some(outcome));
                    });
                    landing
                }
            }
        };
        landing.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn many_ask_one_works() {
        let flights: Arc<Flights<&str, usize>> = Arc::new(Flights::new(2));
        let runs = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let mut asking = Vec::new();
        for _ in 0..200 {
            let (flights, runs, gate) = (flights.clone(), runs.clone(), gate.clone());
            asking.push(tokio::spawn(async move {
                flights
                    .join("a", || async move {
                        let _ = gate.acquire().await;
                        runs.fetch_add(1, Ordering::SeqCst) + 1
                    })
                    .await
            }));
        }
        while flights.under_way.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
        for one in asking {
            assert_eq!(one.await.unwrap(), Some(1));
        }
        // The next one flies anew.
        gate.add_permits(1);
        let (runs2, gate2) = (runs.clone(), gate.clone());
        let again = flights.join("a", || async move {
            let _ = gate2.acquire().await;
            runs2.fetch_add(1, Ordering::SeqCst) + 1
        });
        assert_eq!(again.await, Some(2));
    }

    #[tokio::test]
    async fn too_many_keys_are_refused() {
        let flights: Arc<Flights<u8, ()>> = Arc::new(Flights::new(1));
        let first = tokio::spawn({
            let flights = flights.clone();
            async move { flights.join(1, std::future::pending).await }
        });
        while flights.under_way.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(flights.join(2, || async {}).await, None);
        first.abort();
    }
}

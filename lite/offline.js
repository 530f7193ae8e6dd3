// Have the service worker keep what was loaded before it began to answer, and all that the lessons
// need, so that the course opens without a network after the first visit.
(async () => {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller)
        await new Promise((done) => setTimeout(done, 100));
    const begun = performance.now();
    const keep = async (address) =>
        (await caches.match(address)) ?? fetch(address).catch(() => undefined);
    await keep(location.href);
    new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries())
            if (startTime < begun && name.startsWith("http")) keep(name);
    }).observe({ type: "resource", buffered: true });
    const home = new URL("../", document.baseURI);
    const places = await (await fetch(new URL("offline.json", home))).json();
    for (const place of places) await keep(new URL(place, home));
    document.documentElement.dataset.offline = "ready";
})();

"""What the server counts, in Prometheus' words."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)


class Metrics:
    """Counts of one server, from nothing when it starts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.ended = Counter(
            "mutoscope_jobs_ended", "Jobs by how they ended: completed, or why not", ["outcome"], registry=self.registry
        )
        self.refused = Counter(
            "mutoscope_requests_refused", "Requests refused, by HTTP status", ["status"], registry=self.registry
        )
        self.seconds = Histogram(
            "mutoscope_job_seconds",
            "Seconds of work that a completed job took",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.deaths = Counter("mutoscope_worker_deaths", "Workers that died at work", registry=self.registry)
        self.waiting = Gauge("mutoscope_jobs_waiting", "Jobs that are queued or in progress", registry=self.registry)
        self.stuck = Gauge(
            "mutoscope_workers_stuck", "Workers that cannot go on and keep trying", registry=self.registry
        )
        self.running = Gauge("mutoscope_jobs_running", "Jobs in progress", registry=self.registry)

    def text(self) -> bytes:
        """All of them, as a scraper reads them."""
        return generate_latest(self.registry)

"""What a scraper makes of the metrics: the strict parser of OpenMetrics takes all of it."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def test_theStrictParserTakesTheMetrics(console):
    families = {family.name: family for family in text_string_to_metric_families(
        console.get("/metrics"))}
    counters = {name for name, family in families.items() if family.type == "counter"}
    assert {"peakgate_frames", "peakgate_refusals", "peakgate_stop_presses",
            "peakgate_connections_refused"} <= counters
    assert families["peakgate_gate_open"].type == "gauge"
    checks = [sample.labels["check"] for sample in families["peakgate_refusals"].samples]
    assert len(checks) == len(set(checks)) > 10
    assert all(family.documentation for family in families.values())

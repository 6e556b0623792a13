"""Settings: file, environment and flags, in this order; what is unknown or wrong is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chromadb.cli.settings_file import SettingError, read_settings, remarks_on_environment
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration
from chromadb.server.operation.limits import TenantLimits
from chromadb.server.operation.scorecard import ScorecardRule


def read(
    tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **given: Any
) -> ServerConfiguration:
    file = tmp_path / "chroma.yaml"
    file.write_text(text)
    return read_settings(file, environment or {}, ServerConfiguration(), given)


def test_an_empty_file_and_no_file_mean_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path) == read_settings(None, {}, ServerConfiguration(), {}) == ServerConfiguration()


def test_the_documented_keys(tmp_path: Path) -> None:
    text = """
port: 9000
listen_address: "::1"
max_payload_size_bytes: 1000
cors_allow_origins: ["https://a", "*"]
persist_path: /data
sqlite_filename: chroma.sqlite3
allow_reset: true
workers: 2
threads: 3
body_timeout_seconds: 1.5
sqlitedb: {hash_type: sha256, migration_mode: validate}
circuit_breaker: {requests: 7}
"""
    assert read(tmp_path, text) == ServerConfiguration(
        port=9000,
        listen_address="::1",
        max_payload_size_bytes=1000,
        cors_allow_origins=("https://a", "*"),
        persist_path=Path("/data"),
        allow_reset=True,
        workers=2,
        threads=3,
        body_timeout_seconds=1.5,
        hash_type="sha256",
        migration_mode="validate",
        max_concurrent_requests=7,
    )


def test_the_environment_wins_over_the_file_and_a_flag_over_both(tmp_path: Path) -> None:
    environment = {
        "CHROMA_PORT": "9001",
        "CHROMA_ALLOW_RESET": "true",
        "CHROMA_CORS_ALLOW_ORIGINS": '["*"]',
        "CHROMA_SQLITEDB__HASH_TYPE": "sha256",
        "CHROMA_TENANT": "mine",
        "CHROMA_WORKERS": "",
    }
    read_in = read(tmp_path, "port: 9000\nworkers: 2\n", environment, workers=3)
    assert (read_in.port, read_in.allow_reset, read_in.workers) == (9001, True, 3)
    assert (read_in.cors_allow_origins, read_in.hash_type) == (("*",), "sha256")


@pytest.mark.parametrize("value", ["2024", "::", "true", "null", "[a", "a: b", "# a"])
def test_text_in_the_environment_is_taken_as_it_is(tmp_path: Path, value: str) -> None:
    names = ("CHROMA_PERSIST_PATH", "CHROMA_LISTEN_ADDRESS", "CHROMA_LOG_PATH")
    read_in = read(tmp_path, "", dict.fromkeys(names, value))
    assert (read_in.persist_path, read_in.listen_address, read_in.log_path) == (Path(value), value, Path(value))


def test_tls_needs_both_files(tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("x")
    text = f"tls: {{certificate: {tmp_path}/c.pem, key: {tmp_path}/k.pem}}"
    assert read(tmp_path, text).tls == TlsConfiguration(tmp_path / "c.pem", tmp_path / "k.pem")
    with pytest.raises(SettingError, match=r"tls\.certificate and tls\.key"):
        read(tmp_path, f"tls: {{certificate: {tmp_path}/c.pem}}")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot: 9000", "prot"),
        ("sqlitedb: {hash: md5}", r"sqlitedb\.hash"),
        ("sqlitedb: md5", "sqlitedb"),
        ("circuit_breaker: {requests: -1}", r"circuit_breaker\.requests: -1"),
        ("port: abc", "port: 'abc'"),
        ("port: 65536", "port: 65536"),
        ("port: true", "port: True"),
        ("cors_allow_origins: '*'", "cors_allow_origins"),
        ("allow_reset: 1", "allow_reset"),
        ("sqlite_filename: other.db", "sqlite_filename"),
        ("sqlitedb: {hash_type: sha1}", "md5 or sha256"),
        ("tls: {certificate: /nowhere.pem, key: /nowhere.pem}", r"tls\.certificate"),
        ("body_timeout_seconds: 0", "body_timeout_seconds"),
        ("- port", "list"),
        ("port: [", "is not YAML"),
    ],
)
def test_what_is_not_accepted_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingError, match=named):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("CHROMA_PORT", "abc", "port"),
        ("CHROMA_CORS_ALLOW_ORIGINS", "[", "CHROMA_CORS_ALLOW_ORIGINS"),
        ("CHROMA_SERVER_HTTP_PORT", "9000", "CHROMA_PORT"),
        ("PERSIST_DIRECTORY", "/data", "CHROMA_PERSIST_PATH"),
        ("ALLOW_RESET", "TRUE", "CHROMA_ALLOW_RESET"),
        ("IS_PERSISTENT", "FALSE", "persist_path"),
        ("MIGRATIONS", "apply", "CHROMA_SQLITEDB__MIGRATION_MODE"),
        ("MIGRATIONS_HASH_ALGORITHM", "sha256", "CHROMA_SQLITEDB__HASH_TYPE"),
        ("CHROMA_SERVER_THREAD_POOL_SIZE", "40", "CHROMA_THREADS"),
        ("CHROMA_TIMEOUT_KEEP_ALIVE", "30", "proxy"),
        ("CHROMA_LOG_CONFIG", "log.yml", "CHROMA_LOG_LEVEL"),
        ("CHROMA_SERVER_LOG_CONFIG", "log.yml", "CHROMA_LOG_PATH"),
        ("CHROMA_SERVER_AUTH_CONFIGURATION_FILE", "users.yml", "CHROMA_SERVER_AUTHN_CREDENTIALS_FILE"),
        ("CHROMA_SERVER_AUTH_IGNORE_PATHS", "{}", "needs no credentials is fixed"),
        ("CHROMA_SERVER_AUTHZ_IGNORE_PATHS", "{}", "needs no credentials is fixed"),
        ("CHROMA_SERVER_NOFILE", "many", "server_nofile"),
        ("CHROMA_LIMITS__BURTS", "9", "CHROMA_LIMITS__BURTS"),
        ("CHROMA_TLS__KEY__FILE", "x", r"tls\.key\.file"),
    ],
)
def test_a_variable_that_is_not_accepted_is_named(tmp_path: Path, name: str, value: str, instead: str) -> None:
    with pytest.raises(SettingError, match=instead):
        read(tmp_path, "", {name: value})


def test_older_variables_that_say_how_a_server_is_are_accepted(tmp_path: Path) -> None:
    environment = {
        "IS_PERSISTENT": "TRUE", "CHROMA_SERVER_NOFILE": "4096", "CHROMA_SEGMENT_CACHE_POLICY": "LRU",
        "CHROMA_MEMORY_LIMIT_BYTES": "1000000",
    }  # fmt: skip
    read_in = read(tmp_path, "", environment)
    assert (read_in.open_files, read_in.memory_limit_bytes) == (4096, 1_000_000)
    assert remarks_on_environment(environment) == []


def test_variables_that_look_like_settings_and_are_none_are_spoken_of() -> None:
    environment = {
        "CHROMA_PROT": "9000", "CHROMA_SYSDB_IMPL": "a.B", "CHROMA_WHATEVER": "1", "RUST_LOG": "debug",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    }  # fmt: skip
    remarks = remarks_on_environment(environment)
    assert [remark.partition(" ")[0] for remark in remarks] == sorted(environment)
    assert "is it CHROMA_PORT that is meant?" in remarks[0]
    assert remarks[2] == "CHROMA_WHATEVER in the environment is no setting of a server and has no effect"
    assert "/metrics" in remarks[3]


def test_variables_of_settings_and_of_other_programs_are_not_spoken_of(tmp_path: Path) -> None:
    # Kubernetes names variables after services, here "chroma" and "chroma-db".
    environment = {
        "CHROMA_PORT": "tcp://10.0.0.1:8000", "CHROMA_SERVICE_PORT_HTTP": "8000", "CHROMA_DB_SERVICE_HOST": "10.0.0.1",
        "CHROMA_DB_PORT": "tcp://10.0.0.1:80", "CHROMA_PORT_8000_TCP_ADDR": "10.0.0.1", "CHROMA_OPENAI_API_KEY": "k",
        "CHROMA_CLIENT_AUTH_CREDENTIALS": "t", "CHROMA_SQLITEDB__HASH_TYPE": "md5", "FGA_API_URL": "http://f",
        "ANONYMIZED_TELEMETRY": "FALSE", "CHROMA_UNSET": "", "PATH": "/bin",
    }  # fmt: skip
    assert remarks_on_environment(environment) == []
    assert read(tmp_path, "port: 9000", environment).port == 9000


def test_a_limit_of_memory_needs_its_policy(tmp_path: Path) -> None:
    both = "segment_cache_policy: LRU\nmemory_limit_bytes: 500\n"
    assert read(tmp_path, both).memory_limit_bytes == 500
    assert read(tmp_path, "memory_limit_bytes: 0\n").memory_limit_bytes is None
    for text in (
        "segment_cache_policy: LRU",
        "memory_limit_bytes: 500",
        "segment_cache_policy: LRU\nmemory_limit_bytes: 0",
    ):
        with pytest.raises(SettingError, match="give both"):
            read(tmp_path, text)
    with pytest.raises(SettingError, match="segment_cache_policy: 'lfu' is not accepted; expected LRU"):
        read(tmp_path, "segment_cache_policy: lfu")


def test_keys_of_chromas_own_servers(tmp_path: Path) -> None:
    text = """
persist_path: /data
stdout_tracing: true
default_knn_index: Hnsw
enable_schema: true
enable_span_indexing: false
region: ""
segment_manager: {persist_path: /data}
sysdb: {sqlite: {log_topic_namespace: default, log_tenant: default}}
log: {sqlite: {tenant_id: default, topic_namespace: default}}
executor: {local: {}}
"""
    assert read(tmp_path, text) == ServerConfiguration(persist_path=Path("/data"))


def test_the_path_of_the_file_wins_over_that_of_its_directory(tmp_path: Path) -> None:
    text = "persist_path: /other\nsqlitedb: {url: /data/chroma.sqlite3}\n"
    assert read(tmp_path, text).persist_path == Path("/data")
    assert read(tmp_path, "", {"CHROMA_SQLITEDB__URL": "/data/chroma.sqlite3"}, persist_path="/mine") == (
        ServerConfiguration(persist_path=Path("/mine"))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stdout_tracing: false", "stdout_tracing: False is not accepted; expected true"),
        ("stdout_tracing: 1", "stdout_tracing: 1"),
        ("default_knn_index: spann", "default_knn_index: 'spann' is not accepted; expected hnsw"),
        ("enable_schema: false", "enable_schema: False"),
        ("executor: {distributed: {}}", "executor: .* is not accepted; expected local"),
        ("sysdb: {grpc: {}}", "sysdb: "),
        ("segment_manager: {persist_path: /elsewhere}", "segment_manager.persist_path: '/elsewhere'"),
        ("segment_manager: {hnsw_index_pool_cache_config: {memory: {capacity: 9}}}", "use segment_cache_policy: LRU"),
        ("sqlitedb: {url: /data/other.db}", r"sqlitedb\.url: '/data/other.db' is not accepted"),
        ("tenants_to_migrate_immediately: []", "tenants_to_migrate_immediately .* many nodes"),
        ("circuit_breaker: {}", r"give circuit_breaker\.requests"),
        ("open_telemetry: {}", r"give open_telemetry\.endpoint"),
        ("open_telemetry: {service_name: shop}", r"give open_telemetry\.endpoint"),
    ],
)
def test_what_chromas_own_servers_do_and_this_one_does_not_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        read(tmp_path, text)


def test_authentication_from_file_and_environment(tmp_path: Path) -> None:
    environment = {"CHROMA_SERVER_AUTHN_CREDENTIALS": "users: []\n", "FGA_API_URL": "http://fga"}
    auth = read(tmp_path, "server_authn_provider: a.B\nopenfga: {store_id: s}\n", environment).auth
    assert auth.chroma_server_authn_provider == "a.B"
    assert auth.chroma_server_authn_credentials == "users: []\n"
    assert (auth.fga_api_url, auth.fga_store_id) == ("http://fga", "s")
    with pytest.raises(SettingError, match="use CHROMA_SERVER_AUTHN_PROVIDER"):
        read(tmp_path, "", {"CHROMA_SERVER_AUTH_PROVIDER": "basic"})


def test_refused_credentials_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, "server_authn_credentials: 123456\n")
    assert "123456" not in str(refused.value)


def test_traces(tmp_path: Path) -> None:
    text = "open_telemetry: {endpoint: 'http://c:4317', service_name: shop, filters: [{filter}]}\n"
    level = "{crate_name: chroma_frontend, filter_level: %s}"
    for name, granularity in (("trace", "all"), ("info", "operation")):
        tracing = read(tmp_path, text.replace("{filter}", level % name)).tracing
        assert tracing is not None
        assert (tracing.endpoint, tracing.service_name, tracing.protocol) == ("http://c:4317", "shop", "grpc")
        assert tracing.granularity == granularity
    assert read(tmp_path, text.replace("{filter}", level % "error")).tracing is None
    named_in_file = "open_telemetry: {service_name: shop}\n"
    elsewhere = read(tmp_path, named_in_file, {"CHROMA_OPEN_TELEMETRY__ENDPOINT": "http://c:4317"}).tracing
    assert elsewhere is not None
    assert elsewhere.service_name == "shop"
    other = read(tmp_path, text.replace("{filter}", "{crate_name: hyper, filter_level: error}")).tracing
    assert other is not None
    assert other.granularity == "all"
    # Compose files hand on variables that are empty; those count as unset.
    empty = {"CHROMA_OPEN_TELEMETRY__ENDPOINT": "", "CHROMA_OPEN_TELEMETRY__SERVICE_NAME": "shop"}
    assert read(tmp_path, "", empty).tracing is None


def test_older_variables_of_traces(tmp_path: Path) -> None:
    environment = {
        "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://old:4317",
        "CHROMA_OTEL_COLLECTION_HEADERS": '{"X-API-KEY": "1234567890"}',
        "CHROMA_OTEL_GRANULARITY": "operation",
    }
    tracing = read(tmp_path, "", environment).tracing
    assert tracing is not None
    assert (tracing.endpoint, dict(tracing.headers)) == ("http://old:4317", {"X-API-KEY": "1234567890"})
    assert "1234567890" not in repr(tracing)
    of_text = read(tmp_path, "", environment | {"CHROMA_OTEL_COLLECTION_HEADERS": "x-api-key=a=b, team=c"}).tracing
    assert of_text is not None
    assert of_text.headers == {"x-api-key": "a=b", "team": "c"}
    both = read(tmp_path, "", environment | {"CHROMA_OPEN_TELEMETRY__ENDPOINT": "http://new:4317"}).tracing
    assert both is not None
    assert both.endpoint == "http://new:4317"


def test_limits_and_scorecard(tmp_path: Path) -> None:
    text = "limits: {requests_per_second: 5, tenants: {big: {requests_per_second: 50, burst: 9}}}\n"
    limits = read(tmp_path, text, {"CHROMA_LIMITS__CONCURRENT_REQUESTS": "4"}).limits
    assert limits.general == TenantLimits(requests_per_second=5.0, concurrent_requests=4)
    assert limits.tenants == {"big": TenantLimits(requests_per_second=50.0, burst=9)}
    rules = "scorecard: [{patterns: ['op:read', 'tenant:*'], score: 3}]\n"
    assert read(tmp_path, rules).scorecard == ()
    assert read(tmp_path, f"scorecard_enabled: true\n{rules}").scorecard == (ScorecardRule(("op:read", "tenant:*"), 3),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("open_telemetry: {endpoint: 'localhost:4317'}", r"open_telemetry\.endpoint"),
        ("open_telemetry: {endpoint: ''}", r"open_telemetry\.endpoint"),
        ("open_telemetry: {filters: [{crate_name: x}]}", r"open_telemetry\.filters"),
        ("open_telemetry: {granularity: some}", "operation_and_segment"),
        ("limits: {requests_per_second: 0}", r"limits\.requests_per_second"),
        ("limits: {requests_per_second: .inf}", r"limits\.requests_per_second"),
        ("limits: {burst: 5}", r"limits\.requests_per_second"),
        ("limits: {tenants: {a: {burst: 5}}}", r"limits\.requests_per_second"),
        ("limits: {tenants: {a: {rate: 5}}}", r"limits\.tenants"),
        ("limits: {tenants: {a: {burst: 0}}}", "for each limit of 'a'"),
        ("scorecard: [{patterns: [], score: 1}]", "scorecard"),
        ("scorecard: [{patterns: [a], score: true}]", "scorecard"),
        ("log_format: xml", "text or json"),
        ("log_level: loud", "log_level"),
    ],
)
def test_what_operators_set_wrongly_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingError, match=named):
        read(tmp_path, text)


def test_refused_settings_show_no_secret(tmp_path: Path) -> None:
    for text in (
        "open_telemetry: {headers: [s3cret]}\n",
        "open_telemetry: s3cret\n",
        "open_telemetry: {headers: s3cret}\n",
        "server_authn_credentials: s3cret: x\n",
        "server_authn_credentials: [s3cret\n",
    ):
        with pytest.raises(SettingError) as refused:
            read(tmp_path, text)
        assert "s3cret" not in str(refused.value)
    with pytest.raises(SettingError) as refused:
        read(tmp_path, "", {"CHROMA_OTEL_COLLECTION_HEADERS": "[s3cret"})
    assert "s3cret" not in str(refused.value)

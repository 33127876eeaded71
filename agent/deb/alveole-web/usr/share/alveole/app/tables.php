<?php
// What the installations of all applications begin with: what is wanted, how one fails, and a database without tables.

declare(strict_types=1);
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);
ini_set('display_errors', 'stderr');

function fail(string $why): never
{
    fwrite(STDERR, $why . "\n");
    exit(1);
}

// What alveole-app says on standard input.
function wanted(): array
{
    return json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
}

// Empties the database of what an earlier try of this very installation left; where it holds anything else, that is the end.
function without_tables(array $want, string $prefix): void
{
    $database = $want['database'];
    mysqli_report(MYSQLI_REPORT_OFF);
    // No password: MariaDB asks the kernel who is on the other end of its socket.
    $tables = @new mysqli('localhost', $database['user'], '', $database['name']);
    if ($tables->connect_errno) {
        fail("MariaDB {$tables->connect_errno}: {$tables->connect_error}");
    }
    $found = array_column($tables->query('SHOW TABLES')->fetch_all(), 0);
    $left = array_filter($found, fn (string $name): bool => $want['again'] && str_starts_with($name, $prefix));
    if (count($left) !== count($found)) {
        fail('database-not-empty');
    }
    foreach ($left as $name) {
        $tables->query('DROP TABLE `' . str_replace('`', '``', $name) . '`') || fail($tables->error);
    }
    $tables->close();
}

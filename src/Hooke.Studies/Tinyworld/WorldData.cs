using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A world's lists and tables, checked, with everything that the seed decides decided.</summary>
sealed class WorldData
{
    readonly Dictionary<string, string[]> _lists;
    readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);
    readonly Rng _rng;
    readonly string _source;

    public WorldData(WorldFile file, ulong seed, string source)
    {
        _source = source;
        _rng = new Rng(seed).Fork("world");
        _lists = new(file.Lists, StringComparer.Ordinal);
        foreach ((string name, string[] words) in _lists)
            CheckWords(words, $"the list \"{name}\"");
        foreach ((string name, Table table) in file.Tables)
            _tables[name] = Dealt(name, table);
    }

    /// <summary>Every word of the lists and tables.</summary>
    public IEnumerable<string> Words =>
        _lists.Values.SelectMany(words => words).Concat(_tables.Values.SelectMany(t => t.Rows.SelectMany(row => row)))
            .SelectMany(cell => cell.Split(' '));

    public string[] List(string name, string user, int atLeast = 1)
    {
        if (!_lists.TryGetValue(name, out string[]? words))
            throw Fault($"{user} asks for the list \"{name}\", which \"lists\" does not hold");
        if (words.Length < atLeast)
            throw Fault($"{user} needs at least {atLeast} words in the list \"{name}\", which has {words.Length}");
        return words;
    }

    public Table Table(string name, string user, int atLeast = 2)
    {
        if (!_tables.TryGetValue(name, out Table? table))
            throw Fault($"{user} asks for the table \"{name}\", which \"tables\" does not hold");
        if (table.Rows.Length < atLeast)
            throw Fault($"{user} needs at least {atLeast} rows in the table \"{name}\", which has {table.Rows.Length}");
        return table;
    }

    /// <summary>The place of a column in a table's rows.</summary>
    public int Column(string table, string column, string user)
    {
        int place = Array.IndexOf(Table(table, user).Columns, column);
        return place >= 0 ? place : throw Fault($"{user} asks for the column \"{column}\" of the table \"{table}\", "
            + $"whose columns are {string.Join(", ", Table(table, user).Columns)}");
    }

    /// <summary>A list in the order that this world's seed gives it.</summary>
    public string[] Ordered(string list, string user, int atLeast)
    {
        string[] words = [.. List(list, user, atLeast)];
        _rng.Fork("order").Fork(list).Draw().Shuffle(words);
        return words;
    }

    /// <summary>Random numbers that belong to the world, not to a document.</summary>
    public Draws Secret(string purpose) => _rng.Fork("secret").Fork(purpose).Draw();

    /// <summary>Which keys of a small family this world keeps out of training: a share, chosen by the seed.</summary>
    public HashSet<string> KeepOut(string family, IEnumerable<string> keys, double share)
    {
        string[] all = [.. keys.Distinct(StringComparer.Ordinal)];
        _rng.Fork("keep out").Fork(family).Draw().Shuffle(all);
        return all.Take((int)Math.Round(share * all.Length)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whether this world keeps one key of a large family out of training.</summary>
    public bool IsHeldOut(string family, string key, double share) =>
        _rng.Fork("held out").Fork(family).Fork(key).Uniform(0) < share;

    public InputException Fault(string what) => new($"{_source}: {what}.");

    Table Dealt(string name, Table table)
    {
        if (table.Columns.Length < 2 || table.Columns.Distinct(StringComparer.Ordinal).Count() < table.Columns.Length)
            throw Fault($"the table \"{name}\" needs at least two columns, all of different names");
        foreach (string[] row in table.Rows)
            if (row.Length != table.Columns.Length || row.Any(string.IsNullOrWhiteSpace))
                throw Fault($"a row of the table \"{name}\" has {row.Count(c => !string.IsNullOrWhiteSpace(c))} "
                    + $"words for {table.Columns.Length} columns: {string.Join(", ", row)}");
        CheckWords([.. table.Rows.Select(row => row[0])], $"the first column of the table \"{name}\"");
        string[][] rows = [.. table.Rows.Select(row => row.ToArray())];
        foreach (string column in table.Shuffle)
        {
            int place = Array.IndexOf(table.Columns, column);
            if (place < 0)
                throw Fault($"the table \"{name}\" shuffles the column \"{column}\", which it does not have");
            string[] cells = [.. rows.Select(row => row[place])];
            _rng.Fork("deal").Fork(name).Fork(column).Draw().Shuffle(cells);
            for (int i = 0; i < rows.Length; i++)
                rows[i][place] = cells[i];
        }
        return table with { Rows = rows };
    }

    void CheckWords(string[] words, string where)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string word in words)
        {
            if (string.IsNullOrEmpty(word) || word.Split(' ').Any(string.IsNullOrWhiteSpace))
                throw Fault($"{where} holds an empty word");
            if (!seen.Add(word))
                throw Fault($"{where} holds \"{word}\" twice");
        }
    }
}

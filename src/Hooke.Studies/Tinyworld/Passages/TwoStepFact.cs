using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A fact reached over another: the capital of the country of a landmark.</summary>
/// <remarks>
/// Kept out: rows of the first table, the same ones for every passage on that table. A kept-out landmark is told with
/// its country by other passages, and is never composed with anything. The counterfactual asks of another landmark.
/// </remarks>
sealed class TwoStepFact : Passage
{
    Table? _first;
    int _via;
    int _asked;
    Dictionary<string, string[]> _second = [];
    HashSet<string> _keptOut = [];

    /// <summary>The table of the first step, such as landmarks.</summary>
    public required string Table { get; init; }

    /// <summary>Its column that names a row of the second table.</summary>
    public required string Via { get; init; }

    /// <summary>The table of the second step, such as countries.</summary>
    public required string Then { get; init; }

    /// <summary>The column of the second table that answers.</summary>
    public required string Asked { get; init; }

    /// <summary>Every row of the first table: its key, what it leads to, and the answer.</summary>
    public IEnumerable<TwoStepRow> Rows =>
        _first!.Rows.Select(row => new TwoStepRow(row[0], row[_via], _second[row[_via]][_asked]));

    public override void Prepare(WorldData world)
    {
        _first = world.Table(Table, Where, atLeast: 8);
        _keptOut = world.KeepOut($"rows of {Table}", _first.Rows.Select(row => row[0]), HeldOut);
        _via = world.Column(Table, Via, Where);
        _asked = world.Column(Then, Asked, Where);
        _second = world.Table(Then, Where).Rows.ToDictionary(row => row[0], StringComparer.Ordinal);
        foreach (string[] row in _first.Rows)
            if (!_second.ContainsKey(row[_via]))
                throw world.Fault($"{Where} finds \"{row[_via]}\" for \"{row[0]}\" in the table \"{Table}\", "
                    + $"which the table \"{Then}\" does not hold");
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string[] row = draws.Pick(_first!.Rows), other = draws.Pick(_first.Rows);
        string answer = _second[row[_via]][_asked], foil = _second[other[_via]][_asked];
        if (answer == foil || !Fits(row[0]) || !Fits(other[0]))
            return null;
        return new Case(Fact.RowSlots(_first, row, _via), Fact.RowSlots(_first, other, _via), answer, foil);

        bool Fits(string key) => _keptOut.Contains(key) == (split == Split.HeldOut);
    }
}

/// <summary>A fact reached over another, such as Garu, France, Paris.</summary>
/// <param name="Key">What is named in the prompt.</param>
/// <param name="Via">What is passed on the way and never named.</param>
/// <param name="Answer">What is asked for.</param>
sealed record TwoStepRow(string Key, string Via, string Answer);

using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>One cell of a table's row, asked for by its others; the slots are the columns' names.</summary>
/// <remarks>Kept out: a row in a template. The counterfactual asks of another row.</remarks>
sealed class Fact : Passage
{
    Table? _table;
    int _asked;
    readonly HashSet<string> _keptOut = new(StringComparer.Ordinal);

    public required string Table { get; init; }

    /// <summary>The column that answers.</summary>
    public required string Asked { get; init; }

    public override void Prepare(WorldData world)
    {
        _table = world.Table(Table, Where, atLeast: 4);
        _asked = world.Column(Table, Asked, Where);
        _keptOut.UnionWith(KeptOutOfTemplates(world, Name, [.. _table.Rows.Select(row => row[0])]));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string[] row = draws.Pick(_table!.Rows), other = draws.Pick(_table.Rows);
        if (row[_asked] == other[_asked] || !Fits(row[0]) || !Fits(other[0]))
            return null;
        return new Case(RowSlots(_table, row, _asked), RowSlots(_table, other, _asked), row[_asked], other[_asked]);

        bool Fits(string key) =>
            _keptOut.Contains(InTemplate(key, template.Text)) == (split == Split.HeldOut)
            || HeldOutTemplates.Contains(template.Text);
    }

    /// <summary>A row's cells under their columns' names, without the one asked for.</summary>
    public static Slots RowSlots(Table table, string[] row, int asked)
    {
        Slots slots = [];
        for (int i = 0; i < row.Length; i++)
            if (i != asked)
                slots[table.Columns[i]] = row[i];
        return slots;
    }
}

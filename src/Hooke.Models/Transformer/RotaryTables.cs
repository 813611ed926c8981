using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The tables that a model's rotary embeddings have needed so far.</summary>
internal sealed class RotaryTables(TransformerConfig config)
{
    readonly Lock _lock = new();
    readonly Dictionary<RotaryConfig, RotaryTable> _tables = [];

    /// <summary>The table of a layer, of at least so many positions; null where the model has no rotary embedding.</summary>
    /// <remarks>
    /// As long as the longest prompt so far, twice as long where it grows, as while generating: what a config says of the
    /// context is not to be trusted with memory.
    /// </remarks>
    public RotaryTable? Of(int layer, int positions)
    {
        if (config.RotaryOf(layer) is not { } rotary)
            return null;
        lock (_lock)
        {
            if (!_tables.TryGetValue(rotary, out RotaryTable? table) || table.Positions < positions)
                _tables[rotary] = table =
                    new(rotary.Frequencies(config.DHead), Math.Max(positions, 2 * (table?.Positions ?? 0)));
            return table;
        }
    }
}

using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Keys and values of every position so far, with room for more: a pass writes its own and reads all before.</summary>
internal sealed class KeyValues : Past, IDisposable
{
    readonly (Tensor Keys, Tensor Values)[] _layers;

    /// <summary>Room for so many positions of so many sequences.</summary>
    public KeyValues(TransformerConfig config, int sequences, int capacity) => _layers = [.. Enumerable.Range(0, config.NLayers)
        .Select(_ => (Room(config, sequences, capacity), Room(config, sequences, capacity)))];

    public override (Tensor Keys, Tensor Values) Join(int layer, Tensor k, Tensor v, Stretch stretch)
    {
        (Tensor keys, Tensor values) = _layers[layer];
        Write(k, keys, stretch);
        Write(v, values, stretch);
        return (keys.Share(), values.Share());
    }

    public void Dispose()
    {
        foreach ((Tensor keys, Tensor values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    static Tensor Room(TransformerConfig config, int sequences, int capacity) =>
        Tensor.Zeros(sequences, capacity, config.NKeyValueHeads, config.DHead);

    static void Write(Tensor computed, Tensor room, Stretch stretch)
    {
        int width = room.Shape[2] * room.Shape[3], added = stretch.Count * width;
        for (int s = 0; s < room.Shape[0]; s++)
            computed.Data.Slice(s * added, added).CopyTo(room.Data[(((s * room.Shape[1]) + stretch.First(s)) * width)..]);
    }
}

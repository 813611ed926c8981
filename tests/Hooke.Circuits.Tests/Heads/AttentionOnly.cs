using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Circuits.Tests.Heads;

/// <summary>TransformerLens' attention-only model of random weights, and what upstream computed of it.</summary>
sealed class AttentionOnly : IDisposable
{
    static readonly string Folder = Fixtures.Golden("tl_attn_only_random");

    public SafetensorsFile Circuits { get; } = SafetensorsFile.Open(Path.Combine(Folder, "tl_circuits.safetensors"));

    public SafetensorsFile Reference { get; } = SafetensorsFile.Open(Path.Combine(Folder, "tl_reference.safetensors"));

    public Model Model { get; } = Model.Load(Folder);

    public RepeatedTokens Tokens => RepeatedTokens.Of(Made.Tokens(Reference, "input_ids"), 16);

    public IEnumerable<double> Read(string name) => Made.Read(Circuits, name).Select(v => (double)v);

    public void Dispose()
    {
        Circuits.Dispose();
        Reference.Dispose();
        Model.Dispose();
    }
}

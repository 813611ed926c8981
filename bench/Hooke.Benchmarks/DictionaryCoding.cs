using System.Text.Json.Nodes;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>Encoding and decoding by a TopK autoencoder, with the reconstruction's error, against the same in PyTorch.</summary>
static class DictionaryCoding
{
    const int Rounds = 5;

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        DictionaryShape shape = new(16_384);
        using TorchPeer peer = new("dictionaries.py", _ => { });
        Table.HeadOf(peer,
            $"TopK encode and decode, d = {DictionaryShape.Width}, F = {shape.NLatents:N0}, k = {DictionaryShape.K}, "
            + $"{DictionaryShape.Rows:N0} rows, with the squared error.");
        Table.Columns("PyTorch", "");
        Tensor[] batches = DictionaryShape.Random();
        using DictionaryTrainer trainer = shape.Trainer();
        shape.Write(peer.File, trainer, batches);
        using CoderSet coders = trainer.ToCoders();
        Compare(shape, peer, coders.Coders[0], batches[0], "dense, as SAELens does", "dense");
        Compare(shape, peer, coders.Coders[0], batches[0], "gathering, as sparsify does", "sparsify");
    }

    static void Compare(DictionaryShape shape, TorchPeer peer, SparseCoder coder, Tensor batch, string what, string how)
    {
        peer.Ask(shape.Begin(peer.File, how));
        double ours = 0, theirs = 0;
        double[] ms = Turns.Medians(Rounds,
            () =>
            {
                JsonNode answer = peer.Ask(new() { ["do"] = "code" });
                theirs = (double)answer["loss"]!;
                return (double)answer["ms"]!;
            },
            () => Turns.Time(() => ours = Error(coder, batch)));
        Table.Row(what, "", ms[0], ms[1]);
        Console.WriteLine(FormattableString.Invariant($"  The errors agree to {Math.Abs(ours - theirs) / theirs:E1}."));
    }

    static double Error(SparseCoder coder, Tensor batch)
    {
        using Tensor written = coder.Reconstruct(batch);
        double[] errors = new double[DictionaryShape.Rows];
        Work.For(errors.Length, 16, (start, end) =>
        {
            for (int i = start * DictionaryShape.Width; i < end * DictionaryShape.Width; i++)
                errors[i / DictionaryShape.Width] += (written.Data[i] - batch.Data[i]) * (written.Data[i] - batch.Data[i]);
        });
        return errors.Average();
    }
}

using Hooke.Models.Tests.Weights;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Going_on_from_a_checkpoint_gives_the_same_bytes_as_never_stopping()
    {
        using Trainer through = New(), first = New(), second = New();
        float[] all = Steps(through, 12);
        float[] before = Steps(first, 5);
        string path = _folder.File("checkpoint.safetensors");
        first.SaveCheckpoint(path, before);
        IReadOnlyList<float> losses = second.LoadCheckpoint(path);
        Assert.Equal(5, second.Steps);
        Assert.Equal(first.WeightsSha256(), second.WeightsSha256());
        float[] after = Steps(second, 7);
        Assert.Equal(all, losses.Concat(after));
        Assert.Equal(through.WeightsSha256(), second.WeightsSha256());
        through.SaveCheckpoint(_folder.File("a"), all);
        second.SaveCheckpoint(_folder.File("b"), all);
        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    [Fact]
    public void The_loss_falls_from_that_of_a_guess_to_nearly_nought_where_each_token_follows_from_the_last()
    {
        using Trainer trainer = New();
        float[] losses = Steps(trainer, 150, learningRate: 0.02f);
        Assert.InRange(losses[0], Math.Log(11) - 0.5, Math.Log(11) + 0.5);
        Assert.True(losses[^1] < 0.1, $"the loss is {losses[^1]} after {losses.Length} steps");
        trainer.SaveModel(_folder.Path);
        using Model model = Model.Load(_folder.Path);
        using Run run = model.Run(new TokenBatch([[3, 6, 9, 1]]));
        Assert.Equal(4, run.Top(1)[0].Token);
    }

    [Fact]
    public void Another_seed_gives_other_weights_and_the_same_seed_the_same()
    {
        using Trainer one = New(), same = New(), other = new(TinyModels.Gpt2Config, 8, new AdamWSettings());
        Assert.Equal(one.WeightsSha256(), same.WeightsSha256());
        Assert.NotEqual(one.WeightsSha256(), other.WeightsSha256());
    }

    [Fact]
    public void A_checkpoint_that_is_damaged_or_of_another_transformer_is_refused()
    {
        using Trainer trainer = New();
        string path = _folder.File("checkpoint.safetensors");
        trainer.SaveCheckpoint(path, Steps(trainer, 2));
        byte[] whole = File.ReadAllBytes(path);
        using Trainer wider = new(TinyModels.Gpt2Config with { DMlp = 16 }, 7, new AdamWSettings());
        Assert.Contains("another transformer", Refusal(wider, path), StringComparison.Ordinal);
        using Trainer deeper = new(TinyModels.Gpt2Config with { NLayers = 3 }, 7, new AdamWSettings());
        Assert.Contains("another transformer", Refusal(deeper, path), StringComparison.Ordinal);
        foreach (int length in new[] { 0, 7, 100, whole.Length / 2, whole.Length - 1 })
            Assert.Contains("cut", Refusal(trainer, _folder.File("cut", whole[..length])), StringComparison.Ordinal);
        byte[] notANumber = [.. whole[..^4], 0, 0, 0xC0, 0x7F];
        Assert.Contains("damaged", Refusal(trainer, _folder.File("damaged", notANumber)), StringComparison.Ordinal);
        SafetensorsWriter.Write(_folder.File("stepless"), []);
        Assert.Contains("not a checkpoint", Refusal(trainer, _folder.File("stepless")), StringComparison.Ordinal);
        Assert.Throws<InputException>(() => trainer.LoadCheckpoint(_folder.File("absent")));
    }

    [Fact]
    public void A_checkpoint_is_replaced_whole_and_nothing_else_is_left_in_the_folder()
    {
        using Trainer trainer = New();
        string path = _folder.File("checkpoint.safetensors");
        trainer.SaveCheckpoint(path, Steps(trainer, 1));
        trainer.SaveCheckpoint(path, Steps(trainer, 1));
        Assert.Equal([path], Directory.EnumerateFiles(_folder.Path));
    }

    static string Refusal(Trainer trainer, string path) =>
        Assert.Throws<InputException>(() => trainer.LoadCheckpoint(path)).Message;

    static Trainer New() => new(TinyModels.Gpt2Config, 7, new AdamWSettings());

    // Token t is followed by t + 3 mod 11; batches depend on the step only.
    static float[] Steps(Trainer trainer, int count, float learningRate = 0.01f) =>
        [.. Enumerable.Range(0, count).Select(_ =>
    {
        Draws draws = new Rng(1).Fork(trainer.Steps).Draw();
        return trainer.Step(new TokenBatch([.. Enumerable.Range(0, 8).Select(i =>
        {
            int start = draws.Below(11);
            return (int[])[.. Enumerable.Range(0, 4 + (i % 5)).Select(p => (start + (3 * p)) % 11)];
        })]), learningRate);
    })];
}

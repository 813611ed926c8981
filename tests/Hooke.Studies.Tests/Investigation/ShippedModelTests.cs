using Hooke.Models;

namespace Hooke.Studies.Tests;

/// <summary>The model that ships with Hooke has learned its world, and can be made again from its record.</summary>
public class ShippedModelTests
{
    [Fact]
    public void Every_behaviour_is_learned()
    {
        using Model model = Model.Load(Investigated.ModelFolder);
        BehaviourScore[] scores = [.. TinyworldTest.Run(model, TinyworldFolder.LoadWorld(Investigated.ModelFolder))];
        Assert.Equal(Shipped.World.Behaviours.Count, scores.Length);
        Assert.Equal([], scores.Where(score => score.Accuracy < TinyworldTest.LeastAccuracy));
        Assert.All(scores, score => Assert.True(score.LogitDifference > 0, $"{score}"));
    }

    [Fact]
    public void Training_begins_with_the_same_bytes_as_when_the_model_was_made()
    {
        TrainingRecord record = TinyworldFolder.ReadRecord(Investigated.ModelFolder);
        World world = TinyworldFolder.LoadWorld(Investigated.ModelFolder);
        Assert.Equal(record.EarlySha256, TinyworldTraining.EarlySha256(world, record.Settings));
        Assert.NotEqual(record.EarlySha256, TinyworldTraining.EarlySha256(world, record.Settings with { Seed = 99 }));
    }

    [Fact]
    public void The_record_holds_the_loss_of_every_hundred_steps()
    {
        TrainingRecord record = TinyworldFolder.ReadRecord(Investigated.ModelFolder);
        Assert.Equal((record.Settings.Steps + 99) / 100, record.Losses.Count);
        Assert.True(record.Losses[^1] < record.Losses[0] / 2, "the loss has fallen");
    }

    [Fact]
    public void The_weights_take_at_most_8_MB() =>
        Assert.InRange(new FileInfo(Path.Combine(Investigated.ModelFolder, "model.safetensors")).Length, 1, 8_000_000);
}
